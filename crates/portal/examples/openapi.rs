//! Prints the OpenAPI document that the portal serves: `cargo run -p portal --example openapi > web/src/api/openapi.json`.

fn main() {
    println!("{}", portal::server::openapi());
}
