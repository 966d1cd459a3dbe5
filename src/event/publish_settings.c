#include "publish_settings.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "setting_checks.h"
#include "str.h"

/* --- a target --------------------------------------------------------------------------------- */

/* The colon that ends a host or the name of a remote; NULL: the text is a path. */
static const char *name_end(const char *text)
{
    const char *colon = strchr(text, ':'), *slash = strchr(text, '/');
    return colon && (!slash || colon < slash) ? colon : NULL;
}

/* "user:secret@host:/path", and the same in an address. */
static bool has_password(const char *text)
{
    const char *from = strstr(text, "://");
    from = from ? from + strlen("://") : text;
    const char *at = strchr(from, '@'), *colon = strchr(from, ':'), *slash = strchr(from, '/');
    return at && colon && colon < at && (!slash || at < slash);
}

static bool is_plain(const char *text)
{
    for (const char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p))
            return false;
    return str_is_utf8(text);
}

static int refuse(const char *where, const char *text, const char *why, struct err *err)
{
    AUTO_FREE char *shown = str_quote(text, 2 * STR_QUOTE_BYTES);
    return err_set(err, ERR_INVALID, "%s: 'to' of 'publish' names '%s', %s", where, shown, why);
}

static int take_rsync(struct publish_target *t, const char *place, const char *where,
                      struct err *err)
{
    if (*place != '/' && *place != '[' && !isalnum((unsigned char)*place))
        return refuse(where, t->name, "which is no destination of rsync", err);
    if (*place != '/' && !name_end(place))
        return refuse(where, t->name,
                      "which should be an absolute path, or a host and a path, like "
                      "user@example.org:/srv/videos/",
                      err);
    t->tool = PUBLISH_RSYNC;
    t->place = mem_printf("%s%s", place, str_ends(place, "/") ? "" : "/");
    return 0;
}

static int take_rclone(struct publish_target *t, const char *place, const char *where,
                       struct err *err)
{
    const char *colon = name_end(place);
    if (!colon || strcspn(place, ",=") < (size_t)(colon - place) || colon == place || *place == '-')
        return refuse(where, t->name,
                      "which is no remote of rclone: name one of 'rclone listremotes' and a path, "
                      "like 'rclone:NAME:PATH'. What logs in belongs into rclone's configuration",
                      err);
    size_t nb = strlen(place);
    while (place + nb > colon + 2 && place[nb - 1] == '/')
        nb--;
    t->tool = PUBLISH_RCLONE;
    t->place = mem_printf("%.*s", (int)nb, place);
    return 0;
}

/* NAME:/PATH can be a host, and a remote of rclone. */
static int refuse_unclear(const char *where, const char *text, struct err *err)
{
    AUTO_FREE char *why = mem_printf("which may be a host or a remote of rclone: write "
                                     "'rsync:%s' or 'rclone:%s'",
                                     text, text);
    return refuse(where, text, why, err);
}

int publish_target_parse(struct publish_target *out, const char *text, const char *where,
                         struct err *err)
{
    *out = (struct publish_target){.name = mem_strdup(text)};
    if (!is_plain(text))
        return refuse(where, text, "which has control characters or is not UTF-8", err);
    const bool rclone = str_starts(text, "rclone:");
    const bool rsync = str_starts(text, "rsync:") && !str_starts(text, "rsync://");
    const char *place = text + (rclone ? strlen("rclone:") : rsync ? strlen("rsync:") : 0);
    if (!rclone && has_password(place))
        return err_set(err, ERR_INVALID,
                       "%s: a target in 'to' of 'publish' holds a password, which others can read: "
                       "take it out, and use a key for ssh, or a remote of rclone",
                       where);
    if (rclone)
        return take_rclone(out, place, where, err);
    const char *colon = name_end(place);
    if (rsync || *place == '/' || *place == '[' || str_starts(place, "rsync://") || !colon ||
        colon[1] == ':' || memchr(place, '@', (size_t)(colon - place)))
        return take_rsync(out, place, where, err);
    if (str_starts(colon, "://"))
        return refuse(where, text, "which neither rsync nor rclone can send to", err);
    return colon[1] == '/' || colon[1] == '~' ? refuse_unclear(where, text, err)
                                              : take_rclone(out, place, where, err);
}

void publish_target_finish(struct publish_target *t)
{
    free(t->name);
    free(t->place);
    *t = (struct publish_target){0};
}

/* --- the block -------------------------------------------------------------------------------- */

static int refuse_form(const char *where, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "%s: 'publish' should name where to send out/, as in 'publish: {to: "
                   "[\"user@example.org:/srv/videos/\"]}'",
                   where);
}

static int add_target(struct publish_settings *s, const char *text, const char *where,
                      struct err *err)
{
    s->targets = mem_grow(s->targets, s->nb_targets, sizeof *s->targets);
    struct publish_target *t = &s->targets[s->nb_targets++];
    if (publish_target_parse(t, text, where, err) < 0)
        return err->code;
    for (size_t i = 0; i + 1 < s->nb_targets; i++)
        if (strcmp(s->targets[i].name, text) == 0)
            return refuse(where, text, "and names it twice", err);
    return 0;
}

int publish_settings_read(struct publish_settings *s, const json_t *settings, const char *where,
                          struct err *err)
{
    static const char *const known[] = {"to", "after", "tries"};
    const json_t *block = json_object_get(settings, "publish");
    double tries;
    s->tries = PUBLISH_TRIES;
    if (!block || json_is_null(block))
        return 0;
    if (!json_is_object(block))
        return refuse_form(where, err);
    if (setting_check_keys(block, known, sizeof known / sizeof *known, "publish", where, err) < 0 ||
        setting_check_text(block, "after", where, err) < 0 ||
        setting_number(&tries, block, "tries", PUBLISH_TRIES, 1, PUBLISH_MOST_TRIES, where, err) <
            0)
        return err->code;
    s->tries = (int)tries;
    const json_t *to = json_object_get(block, "to");
    if (json_is_string(to))
        return refuse_form(where, err);
    for (size_t i = 0; i < json_array_size(to); i++) {
        const char *text = json_string_value(json_array_get(to, i));
        if (!text || !*text)
            return refuse_form(where, err);
        if (add_target(s, text, where, err) < 0)
            return err->code;
    }
    s->after = mem_strdup(json_get_string(block, "after", NULL));
    return to && !json_is_null(to) && !json_is_array(to) ? refuse_form(where, err) : 0;
}

void publish_settings_finish(struct publish_settings *s)
{
    for (size_t i = 0; i < s->nb_targets; i++)
        publish_target_finish(&s->targets[i]);
    free(s->targets);
    free(s->after);
    *s = (struct publish_settings){0};
}
