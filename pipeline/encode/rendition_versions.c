#include "rendition_versions.h"

#include <ctype.h>
#include <string.h>

#include "encoder_set.h"
#include "json.h"
#include "mem.h"

enum { NB_PARTS = 4, PART_BITS = 16, MAX_PART = 65534, MAX_ENTRIES = 16 };

static const char entry_version[] = "version";

/* --- ranges ----------------------------------------------------------------------------------- */

/* Reads a version at *text, and moves *text behind it. */
static bool take_version(uint64_t *out, const char **text)
{
    const char *p = *text;
    uint64_t number = 0;
    int nb = 0;
    for (bool more = true; more; nb++) {
        unsigned part = 0;
        if (nb == NB_PARTS || !isdigit((unsigned char)*p))
            return false;
        for (; isdigit((unsigned char)*p); p++) {
            part = part * 10 + (unsigned)(*p - '0');
            if (part > MAX_PART)
                return false;
        }
        number = number << PART_BITS | part;
        more = p[0] == '.' && isdigit((unsigned char)p[1]);
        p += more;
    }
    *out = number << PART_BITS * (NB_PARTS - nb);
    *text = p;
    return true;
}

bool rendition_version_number(uint64_t *out, const char *text)
{
    return take_version(out, &text);
}

static void skip_blanks(const char **p)
{
    while (**p == ' ')
        ++*p;
}

/* Moves *p behind the text, if it is there, and behind the blanks that follow it. */
static bool take_text(const char **p, const char *text)
{
    if (strncmp(*p, text, strlen(text)) != 0)
        return false;
    *p += strlen(text);
    skip_blanks(p);
    return true;
}

static bool parse_range(struct rendition_range *out, const char *p)
{
    struct rendition_range r = {0, UINT64_MAX};
    skip_blanks(&p);
    const bool first = take_text(&p, ">=");
    if (first && !take_version(&r.first, &p))
        return false;
    skip_blanks(&p);
    if (first && *p == '\0') {
        *out = r;
        return true;
    }
    if ((first && !take_text(&p, ",")) || !take_text(&p, "<") || !take_version(&r.end, &p))
        return false;
    skip_blanks(&p);
    *out = r;
    return *p == '\0' && r.first < r.end;
}

int rendition_range_read(struct rendition_range *out, const char *text, const char *where,
                         struct err *err)
{
    return parse_range(out, text)
               ? 0
               : err_set(err, ERR_INVALID,
                         "%s: 'version' is '%s', should be as in '>= 2, < 3', '< 2' or '>= 3.1'",
                         where, text);
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool known_member(const char *name)
{
    static const char *const known[] = {entry_version, "options", "fast",
                                        "balanced",    "small",   "card"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return true;
    return false;
}

/* Reads an entry's range, and checks that its other members are settings. */
static int check_entry(struct rendition_range *out, json_t *entry, const char *where,
                       struct err *err)
{
    const char *text, *name;
    json_t *value;
    if (!json_is_object(entry))
        return err_set(err, ERR_INVALID, "%s: 'versions' should be a list of mappings", where);
    if (json_need_string(&text, entry, entry_version, where, err) < 0 ||
        rendition_range_read(out, text, where, err) < 0)
        return err->code;
    json_object_foreach(entry, name, value) {
        if (!known_member(name))
            return err_set(err, ERR_INVALID,
                           "%s: 'versions' cannot hold '%s', only options, fast, balanced, small "
                           "and card",
                           where, name);
        if (strcmp(name, entry_version) != 0 && !json_is_object(value))
            return err_set(err, ERR_INVALID, "%s: '%s' in 'versions' should be a mapping", where,
                           name);
    }
    return 0;
}

/* Checks all entries; *out: the one that holds for the version, or NULL. */
static int find_entry(json_t **out, const json_t *list, uint64_t version, const char *where,
                      struct err *err)
{
    struct rendition_range ranges[MAX_ENTRIES] = {0};
    size_t i;
    json_t *entry;
    if (!json_is_array(list) || json_array_size(list) > MAX_ENTRIES)
        return err_set(err, ERR_INVALID, "%s: 'versions' should be a list of at most %d mappings",
                       where, MAX_ENTRIES);
    *out = NULL;
    json_array_foreach(list, i, entry) {
        if (check_entry(&ranges[i], entry, where, err) < 0)
            return err->code;
        for (size_t k = 0; k < i; k++)
            if (ranges[k].first < ranges[i].end && ranges[i].first < ranges[k].end)
                return err_set(err, ERR_INVALID,
                               "%s: the versions '%s' and '%s' overlap; each should end where the "
                               "next begins",
                               where, json_get_string(json_array_get(list, k), entry_version, ""),
                               json_get_string(entry, entry_version, ""));
        if (ranges[i].first <= version && version < ranges[i].end)
            *out = entry;
    }
    return 0;
}

int rendition_versions_resolve(char **out, json_t *video, const json_t *encoders, const char *where,
                               struct err *err)
{
    *out = NULL;
    const json_t *list = json_object_get(video, "versions");
    const char *encoder;
    json_t *entry = NULL;
    uint64_t number;
    if (!list)
        return 0;
    if (json_need_string(&encoder, video, "encoder", where, err) < 0)
        return err->code;
    const char *version = encoder_set_version(encoders, encoder);
    if (!rendition_version_number(&number, version))
        return err_set(err, ERR_INVALID,
                       "%s: 'versions' depends on the version of encoder '%s', which is %s here: "
                       "is it installed?",
                       where, encoder, version);
    if (find_entry(&entry, list, number, where, err) < 0)
        return err->code;
    AUTO_JSON *chosen = json_incref(entry); /* it outlives its list */
    json_object_del(video, "versions");
    if (!chosen)
        return 0;
    char *range = mem_strdup(json_get_string(chosen, entry_version, ""));
    json_object_del(chosen, entry_version);
    if (json_object_update_recursive(video, chosen) < 0) {
        mem_free_p(&range);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    *out = range;
    return 0;
}
