//! The real binary, run as people run it: what it prints and where, with which code it ends, and
//! what is in the database afterwards.
//!
//! The few tests about the private PostgreSQL have a data directory of their own ([`scratch`]); the
//! others give the binary the URL of a database of [`testkit`]. Nothing sleeps to synchronise: what
//! another process does is waited for with a deadline ([`scratch::wait_until`]).

#![cfg(test)] // the lints know helpers of tests by this

mod adopt;
mod arguments;
mod canary;
mod configuration;
mod contract;
mod crash;
mod cron;
mod database_url;
mod doctor;
mod documents;
mod environment;
mod exit_codes;
mod help;
mod http;
mod json;
mod logs;
mod looking;
mod manual;
mod nothing_there;
mod openid_provider;
mod organization;
mod program;
mod quickstart;
mod reload;
mod runbook;
mod runbooks;
mod runners;
mod scratch;
mod secrets;
mod serve;
mod thousands;
mod traces;
