mod demo;
mod doses;
mod large;
mod rows;
mod rules;
