//! Empty: cargo wants a target before it vendors the dependency in Cargo.toml.
