// What the generated code stands on. These files are part of every generated file, so that it depends on `binrw` and
// `memchr` alone.

use std::fmt;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;

use binrw::{BinRead, BinResult, BinWrite, Endian};
