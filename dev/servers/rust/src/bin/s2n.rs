//! s2n-tls. A ticket of its is good for as long as it holds the key that sealed it, so keys follow each other as its
//! guide has it: each seals for a while and then only opens.

use std::ffi::{c_int, c_void};
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s2n_tls::callbacks::VerifyHostNameCallback;
use s2n_tls::config::Config;
use s2n_tls::connection::{Builder as _, Connection};
use s2n_tls::enums::{Blinding, ClientAuthType, Mode};
use s2n_tls::security::{DEFAULT_TLS13, Policy};
use warmhello_servers::{Error, Settings, answer, serve};

/// Of its policies the default of those without TLS 1.3.
const TLS12_ONLY: &str = "20240501";
/// How long its keys seal unless told, and how long all in all they open.
const SEALS_S: u64 = 2 * 60 * 60;
const OPENS_S: u64 = 15 * 60 * 60;

/// The keys of its tickets, a new one each time that the last has sealed for as long as it may.
struct Keys {
    secret: [u8; 32],
    began_s: u64,
    seals_s: u64,
    opens_s: u64,
}

fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}

impl Keys {
    /// A session is known for as long as `lifetime_s`, or for a tenth of that more.
    fn new(lifetime_s: Option<u32>) -> io::Result<Keys> {
        let mut secret = [0; 32];
        fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
        let (seals_s, opens_s) = match lifetime_s.map(u64::from) {
            Some(lifetime_s) => {
                let seals_s = (lifetime_s / 10).max(1);
                (seals_s, lifetime_s + seals_s)
            }
            None => (SEALS_S, OPENS_S),
        };
        Ok(Keys {
            secret,
            began_s: now_s(),
            seals_s,
            opens_s,
        })
    }

    /// Gives a configuration the keys that are alive, and the next one, since that may seal what this one's connection
    /// is given at its end.
    fn add_to(&self, config: &mut s2n_tls::config::Builder) -> Result<(), s2n_tls::error::Error> {
        config.set_ticket_key_encrypt_decrypt_lifetime(Duration::from_secs(self.seals_s))?;
        config.set_ticket_key_decrypt_lifetime(Duration::from_secs(self.opens_s - self.seals_s))?;
        let newest = (now_s() - self.began_s) / self.seals_s;
        let oldest = newest.saturating_sub(self.opens_s / self.seals_s);
        for number in oldest..=newest + 1 {
            let mut key = self.secret;
            key[..8].copy_from_slice(&number.to_be_bytes());
            let intro_s = self.began_s + number * self.seals_s;
            let intro = UNIX_EPOCH + Duration::from_secs(intro_s);
            config.add_session_ticket_key(&number.to_be_bytes(), &key, intro)?;
        }
        Ok(())
    }
}

/// What name a client has is nothing to a server that knows its CA.
struct AnyName;

impl VerifyHostNameCallback for AnyName {
    fn verify_host_name(&self, _: &str) -> bool {
        true
    }
}

fn config(settings: &Settings, keys: &Keys) -> Result<Config, Error> {
    let mut config = Config::builder();
    let policy = if settings.tls13 {
        DEFAULT_TLS13
    } else {
        Policy::from_version(TLS12_ONLY)?
    };
    config.set_security_policy(&policy)?;
    config.with_system_certs(false)?;
    config.load_pem(&fs::read(&settings.certificate)?, &fs::read(&settings.key)?)?;
    if settings.tickets {
        keys.add_to(&mut config)?;
    }
    if let Some(path) = &settings.client_ca {
        config.trust_pem(&fs::read(path)?)?;
        config.set_client_auth_type(ClientAuthType::Required)?;
        config.set_verify_host_callback(AnyName)?;
    }
    Ok(config.build()?)
}

/// What s2n calls for bytes, on a socket that blocks; -1 leaves the reason in errno.
unsafe extern "C" fn receive(socket: *mut c_void, bytes: *mut u8, size: u32) -> c_int {
    let (socket, bytes) = unsafe {
        (
            &mut *socket.cast::<TcpStream>(),
            std::slice::from_raw_parts_mut(bytes, size as usize),
        )
    };
    socket.read(bytes).map_or(-1, |size| size as c_int)
}

unsafe extern "C" fn send(socket: *mut c_void, bytes: *const u8, size: u32) -> c_int {
    let (socket, bytes) = unsafe {
        (
            &mut *socket.cast::<TcpStream>(),
            std::slice::from_raw_parts(bytes, size as usize),
        )
    };
    socket.write(bytes).map_or(-1, |size| size as c_int)
}

/// With a socket that blocks nothing is pending.
fn ready<T>(poll: Poll<Result<T, s2n_tls::error::Error>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result.map_err(io::Error::other),
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

struct Stream(Connection);

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        ready(self.0.poll_recv(bytes))
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        ready(self.0.poll_send(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        ready(self.0.poll_flush()).map(|_| ())
    }
}

fn serve_one(config: Config, mut socket: TcpStream) -> Result<(), Error> {
    let context = (&raw mut socket).cast::<c_void>();
    let mut connection = config.build_connection(Mode::Server)?;
    connection.set_blinding(Blinding::SelfService)?;
    connection
        .set_receive_callback(Some(receive))?
        .set_send_callback(Some(send))?;
    // The socket outlives the connection, which is dropped first.
    unsafe {
        connection
            .set_receive_context(context)?
            .set_send_context(context)?
    };
    ready(connection.poll_negotiate())?;
    let resumed = connection.resumed();
    let mut stream = Stream(connection);
    answer(&mut stream, resumed, Vec::new())?;
    ready(stream.0.poll_shutdown_send())?;
    Ok(())
}

fn main() -> Result<(), Error> {
    let settings = Settings::from_environment();
    let keys = Keys::new(settings.lifetime_s)?;
    config(&settings, &keys)?; // what is wrong with it is said before it listens
    serve(settings.port, move |socket| {
        serve_one(config(&settings, &keys)?, socket)
    })?;
    Ok(())
}
