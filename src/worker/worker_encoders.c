#include "worker_encoders.h"

#include <string.h>

#include "encoder_set.h"
#include "encoder_version.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "worker_stage.h"

static int find(char **out, const struct job_output *o, struct err *err)
{
    const char *encoder = json_get_string(o->settings, "encoder", "");
    AUTO_JSON *loaded = encoder_version(encoder);
    AUTO_FREE char *planned =
        o->made_by ? mem_strdup(o->made_by) : encoder_set_made_by(NULL, encoder);
    *out = encoder_set_made_by(loaded, encoder);
    return strcmp(*out, planned) == 0
               ? 0
               : err_set(err, ERR_INVALID,
                         "the encoder is '%s', and the job is for '%s': its library was replaced "
                         "while talkpress was running; run the command again",
                         *out, planned);
}

int worker_find_encoders(struct worker *w, struct err *err)
{
    w->made_by = mem_zalloc(w->spec->nb_outputs + 1, sizeof *w->made_by);
    for (size_t i = 0; i < w->spec->nb_outputs; i++)
        if (find(&w->made_by[i], &w->spec->outputs[i], err) < 0)
            return err->code;
    return 0;
}

void worker_forget_encoders(struct worker *w)
{
    if (w->made_by)
        mem_free_strings(w->made_by, w->spec->nb_outputs);
    w->made_by = NULL;
}
