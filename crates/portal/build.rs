//! Sees that the web client's folder is there to be looked up, and that a release embeds what is in it now.

fn main() {
    let web = "../../web/dist";
    // In development the folder is read as the portal runs, and only has to exist when it is compiled.
    let made = std::fs::create_dir_all(web);
    if let Err(error) = made {
        println!("cargo::warning=web/dist cannot be made: {error}");
    }
    let watched = if std::env::var("PROFILE").as_deref() == Ok("release") {
        web
    } else {
        "build.rs"
    };
    println!("cargo::rerun-if-changed={watched}");
}
