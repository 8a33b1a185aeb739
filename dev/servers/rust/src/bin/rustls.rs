//! rustls. With tickets it is stateless, without it is stateful.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::crypto::aws_lc_rs::{self, Ticketer, kx_group};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ProducesTickets, ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use warmhello_servers::{Error, Settings, answer, serve};

const SESSIONS: usize = 256;

/// Tickets that are good for another time than those of `Ticketer`.
#[derive(Debug)]
struct Limited {
    ticketer: Arc<dyn ProducesTickets>,
    lifetime_s: u32,
}

fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}

impl ProducesTickets for Limited {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.lifetime_s
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let ends_s = now_s() + u64::from(self.lifetime_s);
        self.ticketer
            .encrypt(&[&ends_s.to_be_bytes(), plain].concat())
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        let opened = self.ticketer.decrypt(cipher)?;
        let (ends_s, plain) = opened.split_first_chunk()?;
        (now_s() < u64::from_be_bytes(*ends_s)).then(|| plain.to_vec())
    }
}

fn ticketer(lifetime_s: Option<u32>) -> Result<Arc<dyn ProducesTickets>, rustls::Error> {
    let ticketer = Ticketer::new()?;
    Ok(match lifetime_s {
        Some(lifetime_s) => Arc::new(Limited {
            ticketer,
            lifetime_s,
        }),
        None => ticketer,
    })
}

fn config(settings: &Settings) -> Result<ServerConfig, Error> {
    let mut provider = aws_lc_rs::default_provider();
    match settings.group.as_deref() {
        Some("x25519") => provider.kx_groups = vec![kx_group::X25519],
        Some("secp256r1") => provider.kx_groups = vec![kx_group::SECP256R1],
        _ => {}
    }
    let provider = Arc::new(provider);
    let versions = if settings.tls13 {
        &[&TLS12, &TLS13][..]
    } else {
        &[&TLS12][..]
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_protocol_versions(versions)?;
    let builder = match &settings.client_ca {
        Some(path) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_file(path)?)?;
            let roots = Arc::new(roots);
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(roots, provider).build()?,
            )
        }
        None => builder.with_no_client_auth(),
    };
    let chain = CertificateDer::pem_file_iter(&settings.certificate)?.collect::<Result<_, _>>()?;
    let mut made = builder.with_single_cert(chain, PrivateKeyDer::from_pem_file(&settings.key)?)?;
    made.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    made.max_early_data_size = settings.early_data_max;
    if settings.tickets {
        made.ticketer = ticketer(settings.lifetime_s)?;
    }
    Ok(made)
}

fn main() -> Result<(), Error> {
    let settings = Settings::from_environment();
    let config = Arc::new(config(&settings)?);
    serve(settings.port, move |mut socket| {
        let mut connection = ServerConnection::new(Arc::clone(&config))?;
        while connection.is_handshaking() {
            if let Err(error) = connection.complete_io(&mut socket) {
                let _ = connection.complete_io(&mut socket); // its alert
                return Err(error.into());
            }
        }
        let mut early = Vec::new();
        if let Some(mut data) = connection.early_data() {
            data.read_to_end(&mut early)?;
        }
        let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let mut stream = StreamOwned::new(connection, socket);
        answer(&mut stream, resumed, early)?;
        stream.conn.send_close_notify();
        Ok(stream.flush()?)
    })?;
    Ok(())
}
