//! Who may do what: the ceiling on granting, the closed tables, and the decision.

mod authority;
mod ceiling;
mod decide;
mod definition;
mod effective;
mod monotone;
mod names;
mod over;
mod remedy;
mod tables;
mod validity;
