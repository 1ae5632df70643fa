/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "unit/unit-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "basic/strv.h"

void run_dry(Fixture *f)
{
        while (sd_event_run(f->event, 20000) > 0)
                ;
}

int fixture_setup(void **state)
{
        Fixture *f = calloc(1, sizeof(Fixture));
        if (!f || sd_event_new(&f->event) < 0 || fake_new(f->event, &f->fake) < 0 ||
            units_new(f->fake->client, &f->units) < 0)
                return -1;
        *state = f;
        run_dry(f); /* the handshake: descriptors cannot be sent before */
        return 0;
}

int fixture_teardown(void **state)
{
        Fixture *f = *state;
        units_free(f->units);
        fake_free(f->fake);
        sd_event_unref(f->event);
        free(f);
        return 0;
}

void on_done(void *userdata, int r, const char *text)
{
        Outcome *o = userdata;
        o->n++;
        o->r = r;
        snprintf(o->text, sizeof(o->text), "%s", text);
        unit_call_free(TAKE_PTR(o->free_me));
        units_free(TAKE_PTR(o->units_to_free));
}

void on_status(void *userdata, int r, const UnitStatus *status)
{
        Outcome *o = userdata;
        o->n++;
        o->r = r;
        if (!status)
                return;
        o->status = *status;
        snprintf(o->text, sizeof(o->text), "%s %s %s", status->name, status->sub_state, status->result);
        if (status->environment)
                snprintf(o->first, sizeof(o->first), "%s", status->environment[0]);
        unit_call_free(TAKE_PTR(o->free_me));
}

void on_list(void *userdata, int r, const UnitStatus *list, size_t n)
{
        Outcome *o = userdata;
        o->n++;
        o->r = r;
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(strv_append(&o->names, list[i].name), 0);
                o->n_known += list[i].known;
                o->n_starting += list[i].starting;
        }
        unit_call_free(TAKE_PTR(o->free_me));
}

void on_changed(void *userdata, const char *name)
{
        Outcome *o = userdata;
        o->n++;
        assert_int_equal(strv_append(&o->names, name), 0);
}

void run_until(Fixture *f, const int *n, int wanted)
{
        while (*n < wanted)
                assert_true(sd_event_run(f->event, PATIENCE_USEC) > 0);
}

UnitSpec *simple_spec(const char *name)
{
        UnitSpec *s = unit_spec_new(name);
        unit_spec_string(s, "Type", "exec");
        return s;
}
