/* A file of its own, with those that it calls, so that a firmware leaves all these words out. */
#include "warmhello/check_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wolfssl/ssl.h>

#include "blocks.h"
#include "certificate_key.h"
#include "file_form.h"
#include "identity.h"
#include "key_kind.h"
#include "wipe.h"

static const char again[] = "Get it again.";
static const char supported[] =
    "Supported are RSA keys of up to 4096 bits, and keys on the curves P-256 and P-384.";
static const char unlock[] =
    "Unlock it once: openssl pkey -in FILE -out FILE.pem; a device has nobody to ask for a passphrase.";
static const char unlock_der[] = "Unlock it once: openssl pkcs8 -inform der -in FILE -out FILE.pem; a device "
                                 "has nobody to ask for a passphrase.";

typedef struct explainer {
    const char *name;
    wh_pem_text file;
    wh_file_finding *out;
} explainer;

static unsigned line_of(wh_pem_text file, const uint8_t *at)
{
    unsigned line = 1;
    for (const uint8_t *c = file.at; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

static bool is_plain(wh_pem_text label)
{
    for (size_t i = 0; i < label.size; i++) {
        if (label.at[i] < ' ' || label.at[i] > '~') {
            return false;
        }
    }
    return label.size <= 32;
}

/* "block 2 of ca.pem (CERTIFICATE, from line 20) ", or "block 1 of ca.der (CERTIFICATE, from byte 0) ". */
static int name_block(const explainer *about, const wh_pem_block *block, char *out, size_t room)
{
    if (block->is_der) {
        const char *label = wh_file_label_of_der((wh_der){block->base64.at, block->base64.size});
        return snprintf(out, room, "block %u of %.100s (%s, from byte %zu) ", block->number, about->name,
                        label, (size_t)(block->begin - about->file.at));
    }
    wh_pem_text label = is_plain(block->label) ? block->label : (wh_pem_text){(const uint8_t *)"?", 1};
    return snprintf(out, room, "block %u of %.100s (%.*s, from line %u) ", block->number, about->name,
                    (int)label.size, (const char *)label.at, line_of(about->file, block->begin));
}

/* Names the block, and goes on. */
__attribute__((format(printf, 4, 5))) static void say(const explainer *about, const wh_pem_block *block,
                                                      const char *advice, const char *format, ...)
{
    char *out = about->out->problem;
    size_t room = sizeof about->out->problem;
    int used = name_block(about, block, out, room);
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(out + used, room - (size_t)used, format, rest);
    va_end(rest);
    (void)snprintf(about->out->advice, sizeof about->out->advice, "%s", advice);
}

static bool line_holds(wh_pem_text file, const uint8_t *at, const char *text, size_t length)
{
    for (const uint8_t *end = file.at + file.size; at + length <= end && *at != '\n'; at++) {
        if (memcmp(at, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static void say_damage(const explainer *about, const wh_pem_block *block)
{
    static const char joined[] = "----------BEGIN ";
    if (block->is_der) {
        say(about, block, again, "is damaged: it is longer than the rest of the file");
        return;
    }
    unsigned line = line_of(about->file, block->fault_at);
    switch (block->fault) {
    case WH_PEM_NO_END:
        say(about, block, again, "is damaged: its END is missing before line %u", line);
        break;
    case WH_PEM_OTHER_END:
        if (line_holds(about->file, block->fault_at, joined, sizeof joined - 1)) {
            say(about, block,
                "Put a line break between them: sed -E 's/-----(-----BEGIN )/-----\\n\\1/' FILE > FILE.pem",
                "ends in line %u, which goes on with the BEGIN of the next", line);
            break;
        }
        say(about, block, again, "is damaged: the END in line %u is not its own", line);
        break;
    case WH_PEM_CHARACTER:
        say(about, block, again, "is damaged: line %u is not base64", line);
        break;
    case WH_PEM_LAYOUT:
        say(about, block, again, "is damaged: line %u is empty, or not of the length that it must have",
            line);
        break;
    default:
        say(about, block, again, "is damaged: part of its base64 is missing before line %u", line);
        break;
    }
}

static void say_key(const explainer *about, const wh_pem_block *block, wh_key_kind kind, const char *advice)
{
    say(about, block, kind.advice != NULL && advice == NULL ? kind.advice : supported,
        "cannot be used: its key %s", kind.problem);
}

/* A certificate that a client does not take. False if this one is none of those. */
static bool explain_certificate(const explainer *about, const wh_pem_block *block, wh_der der)
{
    if (!wh_certificate_is_whole(&der)) {
        say(about, block, again, "is damaged: what it holds is no whole certificate");
        return true;
    }
    wh_key_kind kind = wh_key_kind_of_certificate(der);
    if (kind.problem == NULL) {
        return false;
    }
    say_key(about, block, kind, supported);
    return true;
}

static bool is_trusted(const wh_pem_block *block)
{
    wh_client alone = {.ctx = wolfSSL_CTX_new(wolfTLSv1_3_client_method())};
    int result = alone.ctx != NULL ? wh_identity_trust_block(&alone, block) : WH_PLATFORM_MEMORY;
    wh_client_free(&alone);
    return result != WH_IDENTITY_NO_USE && result != WH_USAGE_CA;
}

static void explain_key(const explainer *about, const wh_pem_block *block, wh_der der)
{
    if (wh_pem_is_locked(block)) {
        say(about, block, block->is_der ? unlock_der : unlock, "is locked with a passphrase");
        return;
    }
    wh_der rest = der;
    wh_der contents;
    bool is_whole = wh_der_expect(&rest, WH_DER_SEQUENCE, &contents) && wh_der_is_sound(contents);
    wh_key_kind kind = wh_key_kind_of_private(der);
    if (is_whole && kind.problem != NULL) {
        say_key(about, block, kind, NULL);
    } else {
        say(about, block, again, "is damaged: what it holds is no whole private key");
    }
}

/* True if the block is what keeps the file from being used. */
static bool explain_block(const explainer *about, wh_file_role role, const wh_pem_block *block)
{
    uint8_t *der = malloc(block->der_size);
    if (der == NULL) {
        return false;
    }
    wh_pem_decode(block, der);
    wh_der contents = {der, block->der_size};
    bool found = true;
    if (role == WH_FILE_KEY) {
        explain_key(about, block, contents);
    } else if (!explain_certificate(about, block, contents)) {
        found = role == WH_FILE_CA && !is_trusted(block);
        if (found) {
            say(about, block, supported, "is a certificate that wolfSSL cannot use");
        }
    }
    wh_wipe(der, block->der_size);
    free(der);
    return found;
}

static void explain_form(const explainer *about, wh_file_role role, const wh_file_form *form)
{
    wh_file_finding *out = about->out;
    const char *wanted = role == WH_FILE_KEY ? "holds no private key" : "holds no certificate";
    (void)snprintf(out->problem, sizeof out->problem, "%.100s %s%s%s", about->name, wanted,
                   form->is != NULL ? ": it " : "", form->is != NULL ? form->is : "");
    (void)snprintf(out->advice, sizeof out->advice, "%s", form->advice[role]);
}

/* NULL if the block says nothing of what the file is. */
static const wh_file_form *form_of(const explainer *about, const wh_pem_block *block)
{
    return block->is_der ? wh_file_form_of(about->file) : wh_file_form_of_label(block);
}

/* DER is known by more than what it is taken for at first. */
static bool is_wanted(const explainer *about, wh_file_role role, const wh_pem_block *block)
{
    bool has_label = role == WH_FILE_KEY ? wh_pem_is_key(block) : wh_pem_is_certificate(block);
    bool is_other = block->is_der && form_of(about, block)->advice[role] != NULL;
    return has_label && !is_other;
}

/* Whether what is wanted is this damaged block, or stands behind it. */
static bool is_worth_mending(const explainer *about, wh_file_role role, wh_pem_block block)
{
    bool any = is_wanted(about, role, &block);
    while (!any && wh_block_next(about->file, &block) != WH_PEM_END) {
        any = is_wanted(about, role, &block);
    }
    return any;
}

/* All of a file in one line begins and ends as BEGIN does. */
static bool is_all_in_label(const wh_pem_block *block)
{
    return line_holds(block->label, block->label.at, "-----", 5);
}

/* True if the damage is what to tell; otherwise what the block is says more. */
static bool explain_damage(const explainer *about, wh_file_role role, const wh_pem_block *block, bool any)
{
    if (role == WH_FILE_KEY && !is_wanted(about, role, block)) {
        return false; /* nor does it keep a key from being used */
    }
    bool has_name = form_of(about, block) != NULL || is_all_in_label(block);
    if (has_name && !any && !is_worth_mending(about, role, *block)) {
        return false;
    }
    say_damage(about, block);
    return true;
}

/* Says why the file is refused. */
static void explain(const explainer *about, wh_file_role role)
{
    const wh_file_form *form = NULL;
    bool any = false;
    wh_pem_block block = {0};
    wh_pem_result read = WH_PEM_END;
    while ((read = wh_block_next(about->file, &block)) != WH_PEM_END) {
        bool wanted = is_wanted(about, role, &block);
        bool told = read == WH_PEM_DAMAGED ? explain_damage(about, role, &block, any)
                                           : wanted && explain_block(about, role, &block);
        if (told) {
            return;
        }
        any |= wanted;
        const wh_file_form *by_block = form_of(about, &block);
        form = by_block != NULL ? by_block : form;
    }
    if (!any) {
        explain_form(about, role, form != NULL ? form : wh_file_form_of(about->file));
    } else if (role == WH_FILE_CERTIFICATE) {
        (void)snprintf(about->out->problem, sizeof about->out->problem, "%.100s cannot be used by wolfSSL",
                       about->name);
        (void)snprintf(about->out->advice, sizeof about->out->advice, "%s", supported);
    }
}

static int use_file(wh_client *client, WOLFSSL *ssl, wh_file_role role, wh_pem_text file)
{
    switch (role) {
    case WH_FILE_CERTIFICATE:
        return wh_identity_use_certificate(ssl, file);
    case WH_FILE_KEY:
        return wh_identity_use_key(ssl, file);
    default:
        return wh_identity_use_ca(client, file.at, file.size);
    }
}

static int try_file(wh_file_role role, wh_pem_text file)
{
    wh_client client = {.ctx = wolfSSL_CTX_new(wolfTLSv1_3_client_method())};
    int result = WH_PLATFORM_MEMORY;
    if (client.ctx == NULL) {
        return result;
    }
    WOLFSSL *ssl = wolfSSL_new(client.ctx);
    if (ssl != NULL) {
        result = use_file(&client, ssl, role, file);
    }
    wolfSSL_free(ssl);
    wh_client_free(&client);
    return result;
}

int wh_check_file(wh_file_role role, const char *name, const uint8_t *file, size_t size, wh_file_finding *out)
{
    explainer about = {name, {file, size}, out};
    *out = (wh_file_finding){0};
    int result = try_file(role, about.file);
    if (result != WH_OK && result != WH_PLATFORM_MEMORY) {
        explain(&about, role);
    }
    return result;
}

bool wh_check_left_aside(const char *name, const uint8_t *file, size_t size, uint32_t number,
                         wh_file_finding *out)
{
    explainer about = {name, {file, size}, out};
    *out = (wh_file_finding){0};
    wh_pem_block block = {0};
    while (wh_block_next(about.file, &block) == WH_PEM_BLOCK) {
        if (block.number == number) {
            return wh_pem_is_certificate(&block) && explain_block(&about, WH_FILE_CA, &block);
        }
    }
    return false;
}
