#include "probe.h"

#include "fs.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "probe_scan.h"

static int scan_file(json_t **out, struct scan *s, struct media *media, struct err *err)
{
    if (probe_scan_media(s, media, err) < 0)
        return err->code;
    AUTO_JSON *result = probe_describe(s);
    if (!result)
        return err_set(err, ERR_BUG, "'%s': the probe's result cannot be written as JSON",
                       media_path(media));
    json_object_set_new(result, "size", json_integer(media_size(media)));
    *out = mem_take(&result);
    return 0;
}

int probe_files(json_t **out, const char *path, const char *const *more, size_t nb_more,
                int (*progress)(void *opaque, double fraction), void *opaque, struct err *err)
{
    AUTO_MEDIA *media = NULL;
    const struct media_params params = {.more = more, .nb_more = nb_more};
    if (media_open(&media, path, &params, err) == 0) {
        struct scan s = {.progress = progress, .opaque = opaque};
        (void)scan_file(out, &s, media, err);
        probe_scan_finish(&s);
    }
    if (err->code != ERR_INVALID)
        return err->code;
    /* Errors of the file itself are part of the result. */
    *out = json_pack("{s:o, s:I}", "error", json_text(err->msg), "size", (json_int_t)fs_size(path));
    *err = (struct err){0};
    return 0;
}
