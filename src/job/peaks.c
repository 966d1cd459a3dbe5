#include "peaks.h"

#include <stdbool.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

/* Above any worker's limit (src/worker/worker_limits.c). */
enum { MOST_MB = 16 << 10, MAX_BYTES = 64 << 10 };

static char *path_in(const char *work)
{
    return fs_join(work, "peaks.json");
}

struct peaks peaks_read(const char *work)
{
    struct peaks out = {0};
    struct err ignored = {0};
    AUTO_FREE char *path = path_in(work), *text = NULL;
    AUTO_JSON *document = NULL;
    if (fs_read(&text, NULL, path, MAX_BYTES, &ignored) < 0 ||
        json_read_text(&document, text, path, &ignored) < 0)
        return out;
    for (int i = 0; i < NB_STAGES; i++) {
        const int64_t mb = json_get_int(document, stage_name((enum stage)i), 0);
        out.mb[i] = mb < 0 ? 0 : mb > MOST_MB ? MOST_MB : (long)mb;
    }
    return out;
}

void peaks_note(const char *work, const long *peak_kb)
{
    bool changed = false;
    struct err ignored = {0};
    struct peaks known = peaks_read(work);
    AUTO_JSON *document = json_object();
    for (int i = 0; i < NB_STAGES; i++) {
        const long mb = (peak_kb[i] + 1023) / 1024;
        changed = changed || mb > known.mb[i];
        known.mb[i] = mb > known.mb[i] ? mb : known.mb[i];
        if (known.mb[i])
            json_object_set_new(document, stage_name((enum stage)i), json_integer(known.mb[i]));
    }
    if (!changed)
        return;
    AUTO_FREE char *path = path_in(work), *text = json_file_text(document);
    (void)!fs_write_atomic(path, text, strlen(text), &ignored);
}

/* Without experience: 720p in H.264 and AV1 takes 200 to 330 MiB, 1080p more than twice that. A
 * recording that needs more than the largest so far may come: a quarter is added. */
long peaks_need_mb(const struct peaks *p, enum stage stage)
{
    static const long first_mb[NB_STAGES] = {
        [STAGE_PROBE] = 256,    [STAGE_ANALYSE] = 512,  [STAGE_CARD] = 960,
        [STAGE_CELL] = 960,     [STAGE_SOUND] = 512,    [STAGE_POSTER] = 512,
        [STAGE_CAPTIONS] = 128, [STAGE_ASSEMBLE] = 512, [STAGE_STORYBOARD] = 512,
        [STAGE_PREVIEW] = 512,  [STAGE_THUMBS] = 512,
    };
    return p->mb[stage] ? p->mb[stage] * 5 / 4 + 16 : first_mb[stage];
}
