//! Who may do what: the ceiling on granting, the closed tables, and the decision.

mod ceiling;
mod decide;
mod effective;
mod monotone;
mod over;
mod remedy;
mod tables;
