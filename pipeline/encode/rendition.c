#include "rendition.h"

#include <math.h>
#include <string.h>

#include "encoder_set.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "rendition_versions.h"
#include "str.h"
#include "yaml_json.h"

static int check_encoder(const json_t *part, const char *where, struct err *err)
{
    const char *encoder;
    if (json_need_string(&encoder, part, "encoder", where, err) < 0)
        return err->code;
    const json_t *options = json_object_get(part, "options");
    if (options && !json_is_object(options))
        return err_set(err, ERR_INVALID, "%s: 'options' should be a mapping", where);
    if (json_object_get(options, "threads"))
        return err_set(err, ERR_INVALID,
                       "%s: 'threads' cannot be set: one worker per core encodes with one thread",
                       where);
    return 0;
}

static int check_number(const json_t *part, const char *key, int64_t least, int64_t most,
                        const char *where, struct err *err)
{
    int64_t v;
    return json_need_number(&v, part, key, least, most, where, err);
}

int rendition_check_video(const json_t *video, const char *where, struct err *err)
{
    return check_encoder(video, where, err) < 0 ||
                   check_number(video, "max_width", RENDITION_MIN_SIDE, RENDITION_MAX_SIDE, where,
                                err) < 0 ||
                   check_number(video, "max_height", RENDITION_MIN_SIDE, RENDITION_MAX_SIDE, where,
                                err) < 0 ||
                   check_number(video, "key_frame_s", 1, 60, where, err) < 0
               ? err->code
               : 0;
}

int rendition_check_audio(const json_t *audio, const char *where, struct err *err)
{
    if (json_object_get(audio, "versions"))
        return err_set(err, ERR_INVALID, "%s: 'audio' cannot have 'versions', only 'video'", where);
    return check_encoder(audio, where, err) < 0 ||
                   check_number(audio, "bit_rate", 6000, 510000, where, err) < 0
               ? err->code
               : 0;
}

static bool known_container(const char *name)
{
    static const char *const known[] = {"mp4", "webm", "ogg", "mp3"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    return false;
}

static int check(struct rendition *r, const char *where, struct err *err)
{
    if (json_need_string(&r->container, r->json, "container", where, err) < 0 ||
        json_need_string(&r->suffix, r->json, "suffix", where, err) < 0 ||
        json_need_string(&r->mime, r->json, "mime", where, err) < 0 ||
        json_need_object(&r->audio, r->json, "audio", where, err) < 0)
        return err->code;
    if (!known_container(r->container))
        return err_set(err, ERR_INVALID, "%s: 'container' is '%s', should be mp4, webm, ogg or mp3",
                       where, r->container);
    /* Names of published files are lines of SHA256SUMS, where '\\' is special too. */
    AUTO_FREE char *line = str_clean_line(r->suffix);
    if (r->suffix[0] != '.' || strpbrk(r->suffix, "/\\") || strcmp(line, r->suffix) != 0)
        return err_set(err, ERR_INVALID,
                       "%s: 'suffix' should begin with a dot and name no folder, as in '.720p.mp4'",
                       where);
    if (rendition_check_audio(r->audio, where, err) < 0)
        return err->code;
    r->video = json_object_get(r->json, "video");
    if (!r->video)
        return 0;
    if (!json_is_object(r->video))
        return err_set(err, ERR_INVALID, "%s: 'video' should be a mapping", where);
    return rendition_check_video(r->video, where, err) < 0 ||
                   rendition_check_video(r->card, where, err) < 0
               ? err->code
               : 0;
}

static const char *const efforts[] = {"fast", "balanced", "small"};

bool rendition_effort_parse(enum rendition_effort *out, const char *name)
{
    for (size_t i = 0; i < sizeof efforts / sizeof *efforts; i++)
        if (strcmp(efforts[i], name) == 0) {
            *out = (enum rendition_effort)i;
            return true;
        }
    return false;
}

/* Moves the options of that name out of a mapping, over those that are there. */
static int take_options(json_t *options, json_t *from, const char *name, const char *where,
                        struct err *err)
{
    json_t *own = json_object_get(from, name);
    if (!own)
        return 0;
    if (!json_is_object(own) || !json_is_object(options))
        return err_set(err, ERR_INVALID, "%s: '%s' should be a mapping, beside 'options'", where,
                       name);
    if (json_object_update(options, own) < 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    json_object_del(from, name);
    return 0;
}

/* Overrides options with those of the chosen effort, and those of cards, and removes the others, so
 * that job keys depend only on the options that are used. */
static int choose_options(struct rendition *r, enum rendition_effort effort, const char *where,
                          struct err *err)
{
    json_t *video = json_object_get(r->json, "video"), *options = json_object_get(video, "options");
    AUTO_JSON *card = json_object(), *unused = json_object();
    if (take_options(card, video, "card", where, err) < 0)
        return err->code;
    for (size_t i = 0; i < sizeof efforts / sizeof *efforts; i++) {
        const bool chosen = i == effort;
        if (take_options(chosen ? card : unused, json_object_get(video, efforts[i]), "card", where,
                         err) < 0 ||
            take_options(chosen ? options : unused, video, efforts[i], where, err) < 0)
            return err->code;
    }
    r->card = json_deep_copy(video);
    if (json_object_size(card) && json_object_update(json_object_get(r->card, "options"), card) < 0)
        return err_set(err, ERR_INVALID, "%s: 'card' should be beside 'options'", where);
    return 0;
}

char *rendition_text(const json_t *settings, const json_t *encoders)
{
    AUTO_FREE char *text = json_canonical(settings);
    AUTO_FREE char *other = encoder_set_other(encoders, json_get_string(settings, "encoder", ""));
    return other ? mem_printf("%s\n%s", text, other) : mem_take(&text);
}

/* Takes from r->source what holds for the effort and the encoders. */
static int resolve(struct rendition *r, const json_t *encoders, const char *where, struct err *err)
{
    r->json = json_deep_copy(r->source);
    if (rendition_versions_resolve(&r->versions, json_object_get(r->json, "video"), encoders, where,
                                   err) < 0 ||
        choose_options(r, r->effort, where, err) < 0 || check(r, where, err) < 0)
        return err->code;
    r->video_text = r->video ? rendition_text(r->video, encoders) : NULL;
    r->card_text = r->video ? rendition_text(r->card, encoders) : NULL;
    r->audio_text = rendition_text(r->audio, encoders);
    return 0;
}

int rendition_read(struct rendition *out, const char *path, enum rendition_effort effort,
                   const json_t *encoders, struct err *err)
{
    struct rendition r = {.effort = effort};
    if (yaml_json_read(&r.source, path, err) < 0)
        return err->code;
    AUTO_FREE char *where = mem_printf("'%s'", path);
    const char *name = fs_basename(path);
    const char *end = str_ends(name, ".yaml") ? name + strlen(name) - 5 : name + strlen(name);
    r.name = mem_printf("%.*s", (int)(end - name), name);
    if (resolve(&r, encoders, where, err) < 0) {
        rendition_finish(&r);
        return err->code;
    }
    *out = r;
    return 0;
}

int rendition_read_again(struct rendition *out, const struct rendition *from,
                         const json_t *encoders, struct err *err)
{
    struct rendition r = {.name = mem_strdup(from->name),
                          .effort = from->effort,
                          .source = json_incref(from->source)};
    AUTO_FREE char *where = mem_printf("rendition '%s'", r.name);
    if (resolve(&r, encoders, where, err) < 0) {
        rendition_finish(&r);
        return err->code;
    }
    *out = r;
    return 0;
}

void rendition_finish(struct rendition *r)
{
    json_decref(r->source);
    json_decref(r->json);
    json_decref(r->card);
    mem_free_p(&r->name);
    mem_free_p(&r->versions);
    mem_free_p(&r->video_text);
    mem_free_p(&r->card_text);
    mem_free_p(&r->audio_text);
    *r = (struct rendition){0};
}

static int even(double v)
{
    if (!(v >= 2)) /* nor what a shape of 0:0 gives */
        return 2;
    return 2 * (int)lround(fmin(v, RENDITION_MAX_SIDE) / 2);
}

void rendition_size(int *out_width, int *out_height, const json_t *video, int width, int height,
                    int sar_num, int sar_den, int rotation)
{
    double w = (double)width * sar_num / sar_den, h = height;
    if (rotation % 180) {
        const double t = w;
        w = h;
        h = t;
    }
    double scale = 1;
    scale = fmin(scale, (double)json_get_int(video, "max_width", RENDITION_MAX_SIDE) / w);
    scale = fmin(scale, (double)json_get_int(video, "max_height", RENDITION_MAX_SIDE) / h);
    *out_width = even(w * scale);
    *out_height = even(h * scale);
}
