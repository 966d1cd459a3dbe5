#include "fake_engine.h"

#include "support.h"

#include "workdir.h"

static void fake_begin(void *self, const char *run, const char *queue)
{
    (void)self, (void)queue;
    assert_true(workdir_key_valid(run));
}

static int fake_start(void *self, int nb, struct err *err)
{
    struct fake *f = self;
    (void)err;
    f->nb_started += nb;
    f->view.nb_waiting += (size_t)nb;
    return 0;
}

static int fake_turn(void *self, struct engine_view *out, struct err *err)
{
    const struct fake *f = self;
    (void)err;
    *out = f->view;
    return 0;
}

static void fake_cancel(void *self)
{
    struct fake *f = self;
    f->nb_cancelled++;
}

static void fake_destroy(void *self)
{
    const struct fake *f = self;
    if (f->destroyed)
        *f->destroyed = true;
}

const struct engine_ops fake_ops = {fake_begin, fake_start, fake_turn, fake_cancel, fake_destroy};
