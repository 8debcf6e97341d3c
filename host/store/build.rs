//! Has the crate compiled again when a migration changes: `migrations/**` → the constants that `sqlx::migrate!` makes.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
