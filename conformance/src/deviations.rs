//! The page for users who compare.
