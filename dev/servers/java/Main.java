// Java's JSSE. It has no word for resumption, but a session knows when it began: one that is older than its connection
// was resumed.
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public final class Main {
    private static final int BACKLOG = 50;
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

    private static SSLServerSocket listener() throws IOException, GeneralSecurityException {
        int port = Integer.parseInt(ENVIRONMENT.get("PORT"));
        SSLServerSocketFactory factory = context().getServerSocketFactory();
        SSLServerSocket listener =
                (SSLServerSocket) factory.createServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        listener.setNeedClientAuth(WANTS_CERTIFICATE);
        listener.setEnabledProtocols(
                ENVIRONMENT.get("TLS13").equals("true")
                        ? new String[] {"TLSv1.3", "TLSv1.2"}
                        : new String[] {"TLSv1.2"});
        return listener;
    }

    private static void serve(SSLSocket socket) {
        long cameMs = System.currentTimeMillis();
        try (socket) {
            socket.startHandshake();
            boolean isResumed = socket.getSession().getCreationTime() < cameMs;
            BufferedReader request = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {}
            String answer = "HTTP/1.0 200 OK\r\n\r\nresumed: " + isResumed + "\n";
            socket.getOutputStream().write(answer.getBytes());
        } catch (IOException error) {
            System.out.println(error);
        }
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        SSLServerSocket listener = listener();
        System.out.println("listening");
        while (true) {
            SSLSocket socket = (SSLSocket) listener.accept();
            new Thread(() -> serve(socket)).start();
        }
    }
}
