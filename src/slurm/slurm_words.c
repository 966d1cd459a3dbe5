#include "slurm_words.h"

#include <unistd.h>

#include "executor_settings.h"
#include "mem.h"
#include "slurm_tasks.h"
#include "str.h"
#include "words.h"

/* For sh, in single quotes. A new string. */
static char *quoted(const char *text)
{
    AUTO_STR s = {0};
    str_add(&s, "'");
    for (const char *p = text; *p; p++)
        if (*p == '\'')
            str_add(&s, "'\\''");
        else
            str_add_bytes(&s, p, 1);
    str_add(&s, "'");
    return str_take(&s);
}

/* A path in which sbatch replaces nothing: it reads "%" and "\" as marks. A new string. */
static char *plain_pattern(const char *path)
{
    AUTO_STR s = {0};
    for (const char *p = path; *p; p++) {
        if (*p == '%' || *p == '\\')
            str_add_bytes(&s, p, 1);
        str_add_bytes(&s, p, 1);
    }
    return str_take(&s);
}

/* SIGUSR1 tells the pilot two minutes before its time is over. It gets it itself (B:), as the
 * script becomes the pilot (exec): so nothing stands between Slurm and it. */
void slurm_words_submit(struct words *w, const struct slurm_words_of *of, int nb)
{
    const struct slurm_settings *s = of->settings;
    AUTO_FREE char *program = quoted(of->program), *queue = quoted(of->queue),
                   *log = plain_pattern(of->queue);
    words_add(w, "sbatch");
    words_add(w, "--parsable");
    words_add(w, "--job-name=%s", of->name);
    words_add(w, "--array=0-%d", nb - 1);
    words_add(w, "--nodes=1");
    words_add(w, "--ntasks=1");
    words_add(w, "--cpus-per-task=%d", s->cores);
    words_add(w, "--mem=%ldM", s->memory_mb);
    words_add(w, "--requeue");
    words_add(w, "--signal=B:USR1@120");
    words_add(w, "--export=ALL");
    words_add(w, "--chdir=/");
    words_add(w, "--input=/dev/null");
    words_add(w, "--output=%s/log/slurm-%%A_%%a.log", log);
    words_add(w, "--open-mode=append");
    if (s->partition)
        words_add(w, "--partition=%s", s->partition);
    if (s->account)
        words_add(w, "--account=%s", s->account);
    if (s->time)
        words_add(w, "--time=%s", s->time);
    for (size_t i = 0; i < s->nb_options; i++)
        words_add(w, "%s", s->options[i]);
    words_add(w, "--wrap=exec %s pilot %s", program, queue);
}

void slurm_words_look(struct words *w)
{
    words_add(w, "squeue");
    words_add(w, "--noheader");
    words_add(w, "--array");
    words_add(w, "--states=all");
    words_add(w, "--user=%u", (unsigned)getuid());
    words_add(w, "--format=%s", SLURM_FORMAT);
}

void slurm_words_cancel(struct words *w, const char *name)
{
    words_add(w, "scancel");
    words_add(w, "--quiet");
    words_add(w, "--user=%u", (unsigned)getuid());
    words_add(w, "--name=%s", name);
}
