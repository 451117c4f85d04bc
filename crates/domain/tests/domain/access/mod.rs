//! Who may do what: the ceiling on granting, the closed tables, and the decision.

mod ceiling;
mod decide;
mod definition;
mod effective;
mod monotone;
mod remedy;
mod tables;
mod validity;
