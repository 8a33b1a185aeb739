#include "host_names.h"

#include <string.h>

enum { LABEL_MAX = 63, IPV4_SIZE = 4, IPV6_SIZE = 16, GROUPS = 8 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    if (c < 'A' || c > 'Z') {
        return c;
    }
    return "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
}

static bool is_of_name(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

static int hex_digit(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

/* Reads exactly four numbers up to `end`. "010" is eight to some and ten to others, so it is no number. */
static bool read_ipv4(const char *text, const char *end, uint8_t out[IPV4_SIZE])
{
    for (size_t i = 0; i < IPV4_SIZE; i++) {
        unsigned number = 0;
        const char *first = text;
        for (; text < end && is_digit(*text) && text - first < 3; text++) {
            number = number * 10 + (unsigned)(*text - '0');
        }
        bool canonical = text > first && number <= UINT8_MAX && (*first != '0' || text - first == 1);
        bool delimited = i + 1 == IPV4_SIZE ? text == end : text < end && *text == '.';
        if (!canonical || !delimited) {
            return false;
        }
        out[i] = (uint8_t)number;
        text++;
    }
    return true;
}

/* What was read of an IPv6 address: groups of two bytes, and where "::" stands among them. */
typedef struct ipv6_groups {
    uint8_t bytes[IPV6_SIZE];
    size_t count;
    size_t gap; /* GROUPS + 1: none */
} ipv6_groups;

/* One group of up to four hexadecimal digits. Returns its end, or NULL. */
static const char *read_group(ipv6_groups *groups, const char *text, const char *end)
{
    unsigned number = 0;
    const char *first = text;
    for (; text < end && hex_digit(*text) >= 0 && text - first < 4; text++) {
        number = number << 4 | (unsigned)hex_digit(*text);
    }
    if (text == first || groups->count == GROUPS) {
        return NULL;
    }
    groups->bytes[2 * groups->count] = (uint8_t)(number >> 8);
    groups->bytes[2 * groups->count + 1] = (uint8_t)number;
    groups->count++;
    return text;
}

/* Puts the zeros in that "::" stands for. */
static bool spread(const ipv6_groups *groups, uint8_t out[IPV6_SIZE])
{
    bool has_gap = groups->gap <= GROUPS;
    if (has_gap ? groups->count == GROUPS : groups->count != GROUPS) {
        return false;
    }
    size_t before = has_gap ? 2 * groups->gap : IPV6_SIZE;
    size_t after = has_gap ? 2 * (groups->count - groups->gap) : 0;
    memset(out, 0, IPV6_SIZE);
    memcpy(out, groups->bytes, before);
    memcpy(out + IPV6_SIZE - after, groups->bytes + before, after);
    return true;
}

/* What stands behind a group: one colon, or the two that stand for zeros. Returns where the next group
 * begins, `end` included, or NULL. */
static const char *pass_colons(ipv6_groups *groups, const char *text, const char *end)
{
    if (*text++ != ':' || text == end) {
        return NULL;
    }
    if (*text != ':') {
        return text;
    }
    if (groups->gap <= GROUPS) {
        return NULL;
    }
    groups->gap = groups->count;
    return text + 1;
}

static bool read_ipv6(const char *text, const char *end, uint8_t out[IPV6_SIZE])
{
    ipv6_groups groups = {.gap = GROUPS + 1};
    if (end - text >= 2 && text[0] == ':' && text[1] == ':') {
        groups.gap = 0;
        text += 2;
    }
    while (text != NULL && text < end) {
        if (groups.count <= GROUPS - 2 && read_ipv4(text, end, groups.bytes + 2 * groups.count)) {
            groups.count += 2;
            break;
        }
        text = read_group(&groups, text, end);
        if (text != NULL && text < end) {
            text = pass_colons(&groups, text, end);
        }
    }
    return text != NULL && spread(&groups, out);
}

static char *put_number(char *out, unsigned number, unsigned base)
{
    unsigned divisor = 1;
    while (number / divisor >= base) {
        divisor *= base;
    }
    for (; divisor > 0; divisor /= base) {
        *out++ = "0123456789abcdef"[number / divisor % base];
    }
    return out;
}

static void spell_ipv4(const wh_host *host, char *out)
{
    for (size_t i = 0; i < IPV4_SIZE; i++) {
        out = put_number(out, host->address[i], 10);
        *out++ = i + 1 < IPV4_SIZE ? '.' : '\0';
    }
}

static unsigned group_of(const wh_host *host, size_t i)
{
    return (unsigned)host->address[2 * i] << 8 | host->address[2 * i + 1];
}

/* How many groups from the ith on are zero. */
static size_t zeros_from(const wh_host *host, size_t i)
{
    size_t count = 0;
    while (i + count < GROUPS && group_of(host, i + count) == 0) {
        count++;
    }
    return count;
}

/* RFC 5952 4: the first of the longest runs of zeros is "::", a single zero is not. */
static void spell_ipv6(const wh_host *host, char *out)
{
    size_t gap = GROUPS;
    size_t longest = 1;
    for (size_t i = 0; i < GROUPS; i++) {
        if (zeros_from(host, i) > longest) {
            gap = i;
            longest = zeros_from(host, i);
        }
    }
    for (size_t i = 0; i < GROUPS; i++) {
        if (i == gap) {
            *out++ = ':';
            i += longest - 1;
            if (i + 1 == GROUPS) {
                *out++ = ':';
            }
            continue;
        }
        if (i > 0) {
            *out++ = ':';
        }
        out = put_number(out, group_of(host, i), 16);
    }
    *out = '\0';
}

static int read_address(const char *text, size_t size, wh_host *out)
{
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    out->address_size = memchr(text, ':', size) != NULL ? IPV6_SIZE : IPV4_SIZE;
    bool is_read = out->address_size == IPV6_SIZE ? read_ipv6(text, text + size, out->address)
                                                  : read_ipv4(text, text + size, out->address);
    if (!is_read) {
        return WH_USAGE_HOST;
    }
    if (out->address_size == IPV6_SIZE) {
        spell_ipv6(out, out->text);
    } else {
        spell_ipv4(out, out->text);
    }
    return WH_OK;
}

/* ---- Names ----------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t size)
{
    size_t label = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.') {
            if (label == 0) {
                return false;
            }
            label = 0;
        } else if (!is_of_name(text[i]) || ++label > LABEL_MAX) {
            return false;
        }
    }
    return label > 0;
}

static bool is_address_like(const char *text, size_t size)
{
    if (memchr(text, ':', size) != NULL || text[0] == '[') {
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i]) && text[i] != '.') {
            return false;
        }
    }
    return true;
}

int wh_host_read(const char *text, wh_host *out)
{
    memset(out, 0, sizeof *out);
    size_t size = text != NULL ? strlen(text) : 0;
    if (size > 1 && text[size - 1] == '.') {
        size--; /* of the root: SNI has it not (RFC 6066 3), nor have certificates */
    }
    if (size == 0 || size > WH_HOST_MAX) {
        return WH_USAGE_HOST;
    }
    if (is_address_like(text, size)) {
        return read_address(text, size, out);
    }
    if (!is_name(text, size)) {
        return WH_USAGE_HOST;
    }
    for (size_t i = 0; i < size; i++) {
        out->text[i] = lower(text[i]);
    }
    return WH_OK;
}

static bool are_equal(const char *host, const char *name, size_t size)
{
    if (strlen(host) != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (host[i] != lower(name[i])) {
            return false;
        }
    }
    return true;
}

bool wh_host_is_named(const wh_host *host, const char *name, size_t size)
{
    if (host->address_size > 0) {
        return false;
    }
    if (size > 0 && name[size - 1] == '.') {
        size--;
    }
    if (size < 2 || name[0] != '*') {
        return are_equal(host->text, name, size);
    }
    const char *rest = strchr(host->text, '.');
    bool is_whole_label = name[1] == '.' && memchr(name + 2, '.', size - 2) != NULL;
    return is_whole_label && rest != NULL && are_equal(rest, name + 1, size - 1);
}

bool wh_host_is_at(const wh_host *host, const uint8_t *address, size_t size)
{
    return size > 0 && size == host->address_size && memcmp(host->address, address, size) == 0;
}
