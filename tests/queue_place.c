#include "queue_place.h"

#include <stdlib.h>

#include "claims.h"
#include "fs.h"
#include "mem.h"
#include "queue.h"
#include "support.h"

void queue_place_make(struct queue_place *p)
{
    struct err err = {0};
    p->work = folder_path("work-XXXXXX");
    assert_non_null(mkdtemp(p->work));
    p->queue = queue_in(p->work);
    assert_done(queue_make(p->queue, &err));
}

void queue_place_finish(struct queue_place *p)
{
    free(p->queue);
    free(p->work);
}

void queue_place_beat(const struct queue_place *p, const char *name, int64_t number,
                      enum pilot_state state)
{
    struct err err = {0};
    char node[] = "n1", task[] = "12_3", why[] = "its fonts", sandbox[] = "no landlock";
    const struct pilot_beat b = {.beat = number,
                                 .node = node,
                                 .task = task,
                                 .cores = 4,
                                 .sandbox = sandbox,
                                 .state = state,
                                 .why = why};
    AUTO_FREE char *folder = pilot_folder(p->queue, name);
    assert_done(fs_mkdirs(folder, &err));
    assert_done(pilot_beat_write(p->queue, name, &b, &err));
}
