/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The life of a UnitCall, whatever it is about: on the list, off the list, called back once, freed. */

#include "unit/call.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

#define LOST_MAX 5 /* times that a request is made again */

int systemd_errno(const sd_bus_error *e)
{
        if (sd_bus_error_has_name(e, SYSTEMD_NAME ".UnitExists"))
                return -EEXIST;
        if (sd_bus_error_has_name(e, SYSTEMD_NAME ".NoSuchUnit") ||
            sd_bus_error_has_name(e, SD_BUS_ERROR_UNKNOWN_OBJECT))
                return -ENOENT;
        int error = sd_bus_error_get_errno(e);
        return error > 0 ? -error : -EIO;
}

/* PID 1 re-executes itself: its name is gone for a moment, and what it had not answered is lost. The bus
 * tells of lost answers first and of the name afterwards, so the name may still seem to be there. */
bool systemd_went_away(const Units *u, const sd_bus_error *e)
{
        if (u->direct || !u->resolved)
                return false;
        if (sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY))
                return true;
        return !u->owner &&
               (sd_bus_error_has_names(e, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ||
                text_after(e->name, "org.freedesktop.DBus.Error.Spawn."));
}

int call_new(Units *u, const CallType *type, const char *name, void *userdata, UnitCall **ret)
{
        _cleanup_(unit_call_freep) UnitCall *c = calloc(1, sizeof(UnitCall));
        if (!c)
                return -ENOMEM;
        c->type = type;
        c->step = CALL_HELD;
        c->userdata = userdata;
        if (name) {
                c->name = strdup(name);
                if (!c->name)
                        return -ENOMEM;
        }

        c->units = u;
        c->prev = u->last_call;
        if (c->prev)
                c->prev->next = c;
        else
                u->calls = c;
        u->last_call = c;
        *ret = TAKE_PTR(c);
        return 0;
}

/* Somebody may begin now. Not at once: this is called in the middle of things. */
static void next_turn(Units *u)
{
        if (u->turns)
                (void) sd_event_source_set_enabled(u->turns, SD_EVENT_ONESHOT);
}

void call_drop(UnitCall *c)
{
        Units *u = c->units;
        if (u) {
                if (c->prev)
                        c->prev->next = c->next;
                else
                        u->calls = c->next;
                if (c->next)
                        c->next->prev = c->prev;
                else
                        u->last_call = c->prev;
                next_turn(u);
        }
        c->units = NULL;
        c->prev = c->next = NULL;
        c->step = CALL_ENDED;
        c->slot = sd_bus_slot_unref(c->slot);
        if (c->type->drop)
                c->type->drop(c);
}

UnitCall *unit_call_free(UnitCall *c)
{
        if (!c)
                return NULL;
        call_drop(c);
        sd_bus_message_unref(c->message);
        strv_free(c->patterns);
        strv_free(c->early);
        free(c->name);
        free(c->job);
        free(c);
        return NULL;
}

static bool may_begin(const UnitCall *c)
{
        const Units *u = c->units;
        unsigned n = 0;

        if (!u->direct && u->resolved && !u->owner)
                return false;
        for (const UnitCall *other = u->calls; other; other = other->next) {
                if (other == c || other->step != CALL_SENT)
                        continue;
                if (++n == CALLS_AT_ONCE || (c->type->one_at_once && other->type == c->type))
                        return false;
        }
        return true;
}

int call_begin(UnitCall *c)
{
        if (!may_begin(c)) {
                c->step = CALL_HELD;
                return 0;
        }
        c->step = CALL_SENT;
        return c->type->begin(c);
}

void call_rest(UnitCall *c)
{
        c->slot = sd_bus_slot_unref(c->slot);
        c->step = CALL_WATCHING;
        next_turn(c->units);
}

/* First come, first served. */
static int on_turn(sd_event_source *source, void *userdata)
{
        Units *u = userdata;
        for (UnitCall *c = u->calls; c;) {
                UnitCall *next = c->next;
                if (c->step == CALL_HELD && may_begin(c)) {
                        int r = call_begin(c);
                        if (r < 0) {
                                /* its callback may do anything to the list */
                                next_turn(u);
                                call_check(c, r);
                                return 0;
                        }
                }
                c = next;
        }
        return 0;
}

void calls_revive(Units *u)
{
        for (UnitCall *c = u->calls; c; c = c->next)
                if (c->step == CALL_WATCHING) {
                        c->answer_was_lost = true;
                        c->step = CALL_HELD;
                }
        next_turn(u);
}

int calls_init(Units *u)
{
        int r = sd_event_add_defer(sd_bus_get_event(u->bus), &u->turns, on_turn, u);
        return r < 0 ? r : sd_event_source_set_enabled(u->turns, SD_EVENT_OFF);
}

int call_launch(UnitCall *c, UnitCall **ret)
{
        int r = call_begin(c);
        if (r < 0) {
                unit_call_free(c);
                return r;
        }
        c->floating = !ret;
        if (ret)
                *ret = c;
        return 0;
}

/* After the callback only `floating`, copied before, may be looked at: the owner may have freed the call. */
void call_finish(UnitCall *c, int r, const char *text)
{
        bool floating = c->floating;
        call_drop(c);
        if (c->done)
                c->done(c->userdata, r, text);
        if (floating)
                unit_call_free(c);
}

void call_check(UnitCall *c, int r)
{
        if (r < 0)
                c->type->end(c, r, strerror(-r));
}

void call_failed(UnitCall *c, const sd_bus_error *e)
{
        if (systemd_went_away(c->units, e) && c->n_lost++ < LOST_MAX) {
                c->answer_was_lost = true;
                c->slot = sd_bus_slot_unref(c->slot);
                call_check(c, call_begin(c));
                return;
        }
        c->type->end(c, systemd_errno(e), e->message ? e->message : e->name);
}

int call_manager(UnitCall *c, const char *member, sd_bus_message_handler_t reply, const char *types, ...)
{
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(c->units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH,
                                               SYSTEMD_MANAGER, member);
        if (r < 0)
                return r;
        va_list ap;
        va_start(ap, types);
        r = sd_bus_message_appendv(m, types, ap);
        va_end(ap);
        if (r < 0)
                return r;
        c->slot = sd_bus_slot_unref(c->slot);
        return sd_bus_call_async(c->units->bus, &c->slot, m, reply, c, SYSTEMD_TIMEOUT_USEC);
}
