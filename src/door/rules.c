#include "rules.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_HOST = 128 };

/* "NAME:PORT" */
static bool is_name(const char *text, const char *name, int port)
{
    char wanted[MAX_HOST];
    const int nb = snprintf(wanted, sizeof wanted, "%s:%d", name, port);
    return nb > 0 && (size_t)nb < sizeof wanted && strcasecmp(text, wanted) == 0;
}

/* Browsers leave the port out where it is 80. */
static bool is_host(const struct rules *rules, const char *text)
{
    static const char *const own[] = {"127.0.0.1", "localhost", "[::1]"};
    if (!text)
        return false;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (is_name(text, own[i], rules->port) ||
            (rules->port == 80 && strcasecmp(text, own[i]) == 0))
            return true;
    for (size_t i = 0; i < rules->hello->nb_hosts; i++)
        if (is_name(text, rules->hello->hosts[i], rules->port) ||
            (rules->port == 80 && strcasecmp(text, rules->hello->hosts[i]) == 0))
            return true;
    return false;
}

static bool is_post(const struct rules_head *head)
{
    return strcmp(head->method, "POST") == 0;
}

/* Origin names the page that asks; "null" where that is a file or hides it. Sec-Fetch-Site
 * distinguishes pages of another port of this machine too ("same-site"), whose requests carry our
 * cookie. A browser sends one of them with each POST. */
static bool is_foreign(const struct rules_head *head)
{
    static const char scheme[] = "http://";
    if (head->origin && (strncasecmp(head->origin, scheme, sizeof scheme - 1) != 0 ||
                         strcasecmp(head->origin + sizeof scheme - 1, head->host) != 0))
        return true;
    const bool same = head->fetch_site && strcmp(head->fetch_site, "same-origin") == 0;
    if (is_post(head))
        return head->fetch_site ? !same : !head->origin;
    return head->fetch_site && !same && strcmp(head->fetch_site, "none") != 0;
}

static bool is_equal(const char *a, const char *b, size_t nb)
{
    unsigned char differs = 0;
    for (size_t i = 0; i < nb; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return differs == 0;
}

bool rules_is_token(const struct rules *rules, const char *text)
{
    const size_t nb = strlen(rules->hello->token);
    return strlen(text) == nb && is_equal(text, rules->hello->token, nb);
}

/* "a=b; talkpress-PORT=TOKEN". Browsers send the cookies of all ports. */
static bool has_cookie(const struct rules *rules, const char *cookies)
{
    char name[32];
    const size_t nb_name = (size_t)snprintf(name, sizeof name, "talkpress-%d=", rules->port),
                 nb = strlen(rules->hello->token);
    for (const char *p = cookies; p; p = strchr(p, ';')) {
        p += strspn(p, "; ");
        if (strncmp(p, name, nb_name) == 0 && strcspn(p + nb_name, ";") == nb &&
            is_equal(p + nb_name, rules->hello->token, nb))
            return true;
    }
    return false;
}

static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    if (!type || strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    const char *rest = type + sizeof json - 1;
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';';
}

enum rules_verdict rules_check(const struct rules *rules, const struct rules_head *head)
{
    if (!is_host(rules, head->host))
        return RULES_HOST;
    if (head->nb_bytes > RULES_MAX_HEADER_BYTES)
        return RULES_HEADERS;
    if (head->unclean)
        return RULES_UNCLEAN;
    if (is_foreign(head))
        return RULES_FOREIGN;
    if (!head->cookie || !has_cookie(rules, head->cookie))
        return RULES_STRANGER;
    if (is_post(head) && !is_json(head->content_type))
        return RULES_TYPE;
    if (head->transfer_encoding || (is_post(head) && !head->content_length))
        return RULES_NO_LENGTH;
    return RULES_KNOWN;
}

size_t rules_body_bytes(const struct rules_head *head)
{
    size_t nb = 0;
    for (const char *p = head->content_length; p && *p >= '0' && *p <= '9'; p++)
        nb = nb > SIZE_MAX / 20 ? SIZE_MAX / 2 : 10 * nb + (size_t)(*p - '0');
    return nb;
}

static const struct {
    int status;
    const char *text;
} answers[] = {
    [RULES_HOST] = {403, "this address is not that of the review: use the link that "
                         "'talkpress review' printed"},
    [RULES_HEADERS] = {431, "the request has too many headers"},
    [RULES_UNCLEAN] = {400, "the request has a header twice, or one that is not text"},
    [RULES_FOREIGN] = {403, "another page may not use the review: open the link that "
                            "'talkpress review' printed, or enter it in the address bar"},
    [RULES_STRANGER] = {403, "the review does not know this browser: use the link that "
                             "'talkpress review' printed"},
    [RULES_TYPE] = {415, "the request is not JSON"},
    [RULES_NO_LENGTH] = {411, "the request does not state its length"},
};

int rules_status(enum rules_verdict verdict)
{
    return answers[verdict].status;
}

const char *rules_text(enum rules_verdict verdict)
{
    return answers[verdict].text;
}
