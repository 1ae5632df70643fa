/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/auditpush.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "engine/audit/journalmessage.h"
#include "render/auditunits.h"

#define GATHER_USEC (200 * USEC_PER_MSEC)
#define RETRY_USEC (5 * USEC_PER_SEC)
#define RETRY_MAX_USEC (600 * USEC_PER_SEC)

struct AuditPush {
        Engine *engine;
        UnitCall *call;         /* under way; owned */
        sd_event_source *timer; /* of the next one; owned */
        bool again;             /* something changed while one was under way */
        bool armed;
        unsigned failures;      /* in a row */
        uint64_t failing_since; /* realtime, usec; 0: it does not fail */
};

static void push(AuditPush *p);

AuditPush *auditpush_free(AuditPush *p)
{
        if (!p)
                return NULL;
        unit_call_free(p->call);
        sd_event_source_disable_unref(p->timer);
        free(p);
        return NULL;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        AuditPush *p = userdata;
        p->armed = false;
        push(p);
        return 0;
}

static void arm(AuditPush *p, uint64_t delay)
{
        int r;
        if (p->timer) {
                r = sd_event_source_set_time_relative(p->timer, delay);
                if (r >= 0)
                        r = sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
        } else {
                r = sd_event_add_time_relative(p->engine->event, &p->timer, CLOCK_MONOTONIC, delay, 0,
                                               on_timer, p);
        }
        p->armed = r >= 0;
        if (r < 0)
                log_error(r, "cannot wait for the next push of the audit");
}

static void failed(AuditPush *p, int r, const char *text)
{
        uint64_t delay = RETRY_USEC << (p->failures < 7 ? p->failures : 7);
        if (p->failures++ == 0) {
                p->failing_since = clock_realtime();
                journalmessage_send(MESSAGE_AUDIT_PUSH_FAILED, LOG_WARNING,
                                    "the audit cannot be pushed to its remote, and will be tried again: %s "
                                    "(journalctl -u " AUDIT_PUSH_UNIT ")",
                                    text ? text : strerror(-r));
        }
        arm(p, delay < RETRY_MAX_USEC ? delay : RETRY_MAX_USEC);
}

static void pushed(void *userdata, int r, const char *text)
{
        AuditPush *p = userdata;
        p->call = unit_call_free(p->call);
        if (r < 0) {
                failed(p, r, text);
                return;
        }
        if (p->failures > 0)
                log_info("the audit is on its remote again");
        p->failures = 0;
        p->failing_since = 0;
        if (p->again)
                arm(p, GATHER_USEC);
}

static void push(AuditPush *p)
{
        p->again = false;
        _cleanup_unit_spec_ UnitSpec *s = render_audit_push(p->engine->settings.audit_remote);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(p->engine->units, s, NULL, 0, pushed, p, &p->call);
        if (r < 0)
                failed(p, r, NULL);
}

void auditpush_soon(Engine *e)
{
        if (!e->settings.audit_remote || !e->settings.audit_remote[0])
                return;
        if (!e->auditpush) {
                e->auditpush = calloc(1, sizeof(AuditPush));
                if (!e->auditpush)
                        return;
                e->auditpush->engine = e;
        }
        AuditPush *p = e->auditpush;
        if (p->call)
                p->again = true;
        else if (!p->armed)
                arm(p, GATHER_USEC);
}

int auditpush_status(const Engine *e, uint64_t *ret_since)
{
        *ret_since = e->auditpush ? e->auditpush->failing_since : 0;
        return *ret_since == 0;
}
