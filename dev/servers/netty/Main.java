// Netty with BoringSSL. Without keys for its tickets it keeps its sessions itself.
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import javax.net.ssl.SSLException;

public final class Main {
    private static final int TICKET_KEY_PART = 16;
    private static final Map<String, String> ENVIRONMENT = System.getenv();

    private static byte[] secret() {
        byte[] bytes = new byte[TICKET_KEY_PART];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static SslContext context() throws SSLException {
        File certificate = new File(ENVIRONMENT.get("CERTIFICATE"));
        SslContextBuilder builder =
                SslContextBuilder.forServer(certificate, new File(ENVIRONMENT.get("KEY")))
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols(
                                ENVIRONMENT.get("TLS13").equals("true")
                                        ? new String[] {"TLSv1.3", "TLSv1.2"}
                                        : new String[] {"TLSv1.2"});
        if (!ENVIRONMENT.get("CLIENT_CA").isEmpty()) {
            builder.trustManager(new File(ENVIRONMENT.get("CLIENT_CA"))).clientAuth(ClientAuth.REQUIRE);
        }
        if (!ENVIRONMENT.get("LIFETIME_S").isEmpty()) {
            builder.sessionTimeout(Long.parseLong(ENVIRONMENT.get("LIFETIME_S")));
        }
        SslContext made = builder.build();
        OpenSslServerSessionContext sessions = (OpenSslServerSessionContext) made.sessionContext();
        if (ENVIRONMENT.get("TICKETS").equals("true")) {
            sessions.setTicketKeys(new OpenSslSessionTicketKey(secret(), secret(), secret()));
        }
        return made;
    }

    /** One connection: it answers at the empty line of a request and closes. */
    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final StringBuilder request = new StringBuilder();

        @Override
        protected void channelRead0(ChannelHandlerContext connection, ByteBuf bytes) {
            request.append(bytes.toString(StandardCharsets.ISO_8859_1));
            if (request.indexOf("\r\n\r\n") < 0) {
                return;
            }
            SslHandler tls = connection.pipeline().get(SslHandler.class);
            long pointer = ((ReferenceCountedOpenSslEngine) tls.engine()).sslPointer();
            String answer = "HTTP/1.0 200 OK\r\n\r\nresumed: " + SSL.isSessionReused(pointer) + "\n";
            connection
                    .writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext connection, Throwable error) {
            System.out.println(error);
            connection.close();
        }
    }

    public static void main(String[] arguments) throws SSLException, InterruptedException {
        SslContext context = context();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ChannelInitializer<SocketChannel> initializer =
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(context.newHandler(channel.alloc()), new Answer());
                    }
                };
        new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(initializer)
                .bind("127.0.0.1", Integer.parseInt(ENVIRONMENT.get("PORT")))
                .sync();
        System.out.println("listening");
    }
}
