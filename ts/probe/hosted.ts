// Services that nobody who uses them can set: what helps there is another thing than a setting.

interface HostedService {
    name: string
    /** Of the name that was asked, or of one in its certificate. */
    host?: RegExp
    /** Of what it says of itself over HTTP. */
    software?: RegExp
    /** What is known of it. */
    note?: string
}

const hosted: readonly HostedService[] = [
    {
        name: "AWS IoT Core",
        host: /\.iot\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
        // nrfconnect/sdk-nrf pull request 3962 (2021).
        note: "It resumed nothing when people last told of it (2021).",
    },
    {
        name: "Azure IoT Hub",
        host: /\.azure-devices(-provisioning)?\.(net|cn|us)$/,
        // Azure/azure-c-shared-utility issue 64 (2017), nrfconnect/sdk-nrf pull request 3962 (2021).
        note: "It resumed nothing when people last told of it (2021).",
    },
    { name: "Azure Event Grid", host: /\.eventgrid\.azure\.net$/ },
    { name: "HiveMQ Cloud", host: /\.hivemq\.cloud$/ },
    { name: "EMQX Cloud", host: /\.(emqxsl|emqxcloud|emqx)\.(com|cn|cloud)$/ },
    { name: "Adafruit IO", host: /(^|\.)io\.adafruit\.com$/ },
    { name: "ThingSpeak", host: /(^|\.)thingspeak\.com$/ },
    { name: "Cloudflare", host: /\.(cloudflaressl\.com|workers\.dev|pages\.dev)$/, software: /^cloudflare/i },
    { name: "Amazon CloudFront", host: /\.cloudfront\.net$/, software: /^cloudfront/i },
    { name: "AWS Elastic Load Balancing", host: /\.elb\.amazonaws\.com$/, software: /^awselb/i },
    { name: "Amazon API Gateway", host: /\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/ },
    {
        name: "Google's front end",
        host: /\.(googleapis\.com|run\.app|appspot\.com)$/,
        software: /^(gws|esf|google frontend)/i,
    },
    {
        name: "Azure Front Door or Application Gateway",
        host: /\.azure(fd|edge)\.net$/,
        software: /^microsoft-azure-application-gateway/i,
    },
    { name: "Akamai", host: /\.(akamai|akamaized|edgekey|edgesuite)\.net$/, software: /^akamai/i },
    { name: "Fastly", host: /\.fastly\.net$/, software: /^(varnish|fastly)/i },
    { name: "GitHub", software: /^github\.com/i },
    { name: "Vercel", host: /\.vercel\.app$/, software: /^vercel/i },
    { name: "Netlify", host: /\.netlify\.app$/, software: /^netlify/i },
    { name: "Heroku", host: /\.herokuapp\.com$/, software: /^heroku/i },
]

/** `hosts`: the name that was asked, and those of its certificate. */
export function hostedBy(hosts: readonly string[], software: string | null): HostedService | undefined {
    return hosted.find(
        (one) =>
            (one.host !== undefined && hosts.some((host) => one.host?.test(host.toLowerCase()))) ||
            (software !== null && one.software?.test(software) === true),
    )
}
