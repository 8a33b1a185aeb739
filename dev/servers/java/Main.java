// Java's own HttpsServer on JSSE. It has no word for resumption, but a session knows when it began: one that is older
// than its connection was resumed.
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public final class Main {
    private static final char[] NO_PASSWORD = new char[0];
    private static final Map<String, String> ENVIRONMENT = System.getenv();
    private static final boolean WANTS_CERTIFICATE = !ENVIRONMENT.get("CLIENT_CA").isEmpty();

    private static Certificate[] certificates(String path) throws IOException, GeneralSecurityException {
        byte[] pem = Files.readAllBytes(Path.of(path));
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .toArray(new Certificate[0]);
    }

    private static PrivateKey key(String path) throws IOException, GeneralSecurityException {
        String pem = Files.readString(Path.of(path)).replaceAll("-----[^-]*-----|\\s", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        } catch (InvalidKeySpecException notThat) {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static TrustManager[] clientCa() throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setCertificateEntry("ca", certificates(ENVIRONMENT.get("CLIENT_CA"))[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        Certificate[] chain = certificates(ENVIRONMENT.get("CERTIFICATE"));
        store.setKeyEntry("server", key(ENVIRONMENT.get("KEY")), NO_PASSWORD, chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(keys.getKeyManagers(), WANTS_CERTIFICATE ? clientCa() : null, null);
        String lifetimeS = ENVIRONMENT.get("LIFETIME_S");
        if (!lifetimeS.isEmpty()) {
            made.getServerSessionContext().setSessionTimeout(Integer.parseInt(lifetimeS));
        }
        return made;
    }

    /** Notes when a client came, before its handshake. */
    private static final class Configurator extends HttpsConfigurator {
        private final Map<InetSocketAddress, Long> cameMs = new ConcurrentHashMap<>();

        Configurator(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters of) {
            cameMs.put(of.getClientAddress(), System.currentTimeMillis());
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            parameters.setNeedClientAuth(WANTS_CERTIFICATE);
            parameters.setProtocols(
                    ENVIRONMENT.get("TLS13").equals("true")
                            ? new String[] {"TLSv1.3", "TLSv1.2"}
                            : new String[] {"TLSv1.2"});
            of.setSSLParameters(parameters);
        }

        void answer(HttpsExchange exchange) throws IOException {
            long began = exchange.getSSLSession().getCreationTime();
            boolean isResumed = began < cameMs.remove(exchange.getRemoteAddress());
            byte[] body = ("resumed: " + isResumed + "\n").getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        int port = Integer.parseInt(ENVIRONMENT.get("PORT"));
        Configurator configurator = new Configurator(context());
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setHttpsConfigurator(configurator);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> configurator.answer((HttpsExchange) exchange));
        server.start();
        System.out.println("listening");
    }
}
