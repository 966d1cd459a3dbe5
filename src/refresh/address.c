#include "address.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"

enum { MOST_BYTES = 2000, MOST_SHOWN = 200 };

static const char around[] = " \t\r\n<>\"'";

/* The text without what was pasted around it: where it begins; *nb: its bytes. */
static const char *core_of(size_t *nb, const char *typed)
{
    typed += strspn(typed, around);
    *nb = strlen(typed);
    while (*nb && strchr(around, typed[*nb - 1]))
        (*nb)--;
    return typed;
}

/* The length of a scheme before ":"; 0: there is none. */
static size_t scheme_of(const char *text)
{
    size_t nb = 0;
    while (isalnum((unsigned char)text[nb]) || (nb && text[nb] && strchr("+.-", text[nb])))
        nb++;
    return isalpha((unsigned char)*text) && text[nb] == ':' ? nb : 0;
}

static bool has_scheme(const char *text, const char *scheme)
{
    const size_t nb = scheme_of(text);
    return nb == strlen(scheme) && strncasecmp(text, scheme, nb) == 0;
}

bool address_is(const char *typed)
{
    size_t nb;
    const char *text = core_of(&nb, typed);
    const size_t scheme = scheme_of(text);
    return scheme && (str_starts(text + scheme, "://") || has_scheme(text, "webcal"));
}

bool address_lacks_scheme(const char *typed)
{
    const size_t nb_host = strcspn(typed, "/");
    bool dot = false;
    for (size_t i = 0; i < nb_host; i++) {
        if (!isalnum((unsigned char)typed[i]) && !strchr("-.", typed[i]))
            return false;
        dot = dot || (typed[i] == '.' && i && isalpha((unsigned char)typed[i + 1]));
    }
    return dot && typed[nb_host] == '/' && typed[nb_host + 1];
}

/* Escapes what an address cannot have. Percent signs stay: they belong to what is escaped already.
 */
static void add_escaped(struct str *out, const char *text, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c))
            str_addf(out, "%%%02X", c);
        else
            str_add_bytes(out, text + i, 1);
    }
}

/* Names of hosts may have letters of all scripts, which curl translates. */
static bool is_host(const char *host, size_t nb)
{
    bool any = false;
    for (size_t i = 0; i < nb; i++) {
        const unsigned char c = (unsigned char)host[i];
        if (c < 0x80 && !isalnum(c) && !strchr("-._:[]%", c))
            return false;
        any = any || c >= 0x80 || isalnum(c);
    }
    return any;
}

static int refuse(struct err *err, const char *typed, const char *why)
{
    AUTO_FREE char *shown = str_quote(typed, MOST_SHOWN);
    return err_set(err, ERR_INVALID, "'%s' %s", shown, why);
}

int address_read(char **out, const char *typed, struct err *err)
{
    size_t nb;
    const char *text = core_of(&nb, typed);
    const size_t scheme = scheme_of(text);
    const bool plain = has_scheme(text, "http"),
               calendar = has_scheme(text, "webcal") || has_scheme(text, "webcals");
    AUTO_STR address = {0};
    if (nb > MOST_BYTES || !str_is_utf8(typed))
        return refuse(err, typed, "is no address: it is longer than 2000 bytes, or not UTF-8");
    if (!plain && !calendar && !has_scheme(text, "https"))
        return refuse(
            err, typed,
            "is not fetched, only addresses with https:// and http:// are. Of a file, name "
            "the path alone");
    const char *host = text + scheme + 1, *end = text + nb;
    if (str_starts(host, "//"))
        host += 2;
    const size_t nb_host =
        strcspn(host, "/?#") < (size_t)(end - host) ? strcspn(host, "/?#") : (size_t)(end - host);
    if (memchr(host, '@', nb_host))
        return err_set(
            err, ERR_INVALID,
            "the address has a user or a password in it, which everybody on this machine "
            "could see: download the programme, and import the file");
    if (!is_host(host, nb_host))
        return refuse(err, typed, "is no address: the name of a host is missing or wrong");
    const char *fragment = memchr(host, '#', (size_t)(end - host));
    str_add(&address, plain ? "http://" : "https://");
    str_add_bytes(&address, host, nb_host);
    add_escaped(&address, host + nb_host, (size_t)((fragment ? fragment : end) - host) - nb_host);
    *out = str_take(&address);
    return 0;
}
