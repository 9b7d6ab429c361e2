//! An allocator that counts.
//!
//! The only unsafe code of the project outside its dependencies: the trait [`GlobalAlloc`] is unsafe to implement, and
//! nothing else sees every allocation. Each call is passed on to [`System`] as it came, so the promises that the
//! caller makes to this allocator are those that it makes to that one.

#![allow(unsafe_code, reason = "`GlobalAlloc` is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Passes on to the system's allocator, and counts what the calling thread asks of it.
///
/// ```
/// use kexray_benches::counting::{self, Counting};
///
/// #[global_allocator]
/// static ALLOCATOR: Counting = Counting;
///
/// let (_, counted) = counting::during(|| vec![0_u8; 100]);
/// assert_eq!((counted.allocations, counted.live), (1, 100));
/// ```
#[derive(Debug)]
pub struct Counting;

/// What was asked of the allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Allocations; one that grows or shrinks counts again.
    pub allocations: u64,
    /// Octets allocated and not freed again.
    pub live: i64,
}

thread_local! {
    // Constant, and without a destructor: access allocates nothing.
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { allocations: 0, live: 0 }) };
}

/// What `work` asks of the allocator, in its own thread. Nothing, unless [`Counting`] is the global allocator.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Counts) {
    let before = COUNTS.get();
    let result = work();
    let after = COUNTS.get();
    let counts =
        Counts { allocations: after.allocations - before.allocations, live: after.live - before.live };
    (result, counts)
}

fn note(allocations: u64, octets: i64) {
    // Fails where the thread is at its end: what happens there is of no interest.
    let _ = COUNTS.try_with(|counts| {
        let Counts { allocations: so_far, live } = counts.get();
        counts.set(Counts { allocations: so_far.wrapping_add(allocations), live: live.wrapping_add(octets) });
    });
}

fn octets(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

// SAFETY: every method passes its arguments on to `System` as they are and returns what it returns; counting neither
// allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, octets(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, -octets(layout.size()));
        // SAFETY: the caller's promises are passed on; `pointer` came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, octets(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, octets(size) - octets(layout.size()));
        // SAFETY: the caller's promises are passed on; `pointer` came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
