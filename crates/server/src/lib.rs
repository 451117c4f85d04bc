//! The edges that listen: HTTP and the jobs. They call `app` and add nothing of their own.

pub mod http;
pub mod jobs;
pub mod log;
