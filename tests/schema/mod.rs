//! The schema, its entities, and what the database refuses.

mod audit;
mod catalog;
mod entities;
mod keys;
mod migrations;
mod pool;
mod properties;
mod rows;
mod sessions;
mod text;
mod violations;
