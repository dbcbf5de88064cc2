/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invitations and admission on SQLite.  Both are found by a hash that is
 * their primary key, in tables without row ids.
 */
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

/* States of an invitation; the last two have lost all but their address. */
enum { OPEN = 0, BOUND = 1, USED = 2, REVOKED = 3 };

/* What is kept of an admission code; ${found} is 0 if there is none. */
struct code {
	int found;
	uint64_t units;
	uint64_t expiry_day;
};

static int
get_code(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    struct code *c)
{
	sqlite3_stmt *st = q->stmt[SQL_ADMISSION_GET];
	int rc;

	memset(c, 0, sizeof(*c));
	rc = sql_step(q, SQL_ADMISSION_GET,
	    SQL_ARGS(SQL_BLOB(hash, TACIT_HASH_LEN)));
	if (rc != 1)
		return rc;
	c->found = 1;
	c->units = (uint64_t)sqlite3_column_int64(st, 0);
	c->expiry_day = (uint64_t)sqlite3_column_int64(st, 1);
	sql_reset(q, SQL_ADMISSION_GET);
	return 0;
}

static int
add_code(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    uint32_t units, uint64_t expiry_day)
{
	return sql_run(q, SQL_ADMISSION_ADD,
	    SQL_ARGS(SQL_BLOB(hash, TACIT_HASH_LEN), SQL_INT(units),
	    SQL_INT(expiry_day)));
}

int
admit_spend(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    uint32_t units, int *verdict)
{
	struct code c;
	int rc;

	if ((rc = get_code(q, hash, &c)) != 0)
		return rc;
	*verdict = TACIT_E_ADMISSION;
	if (!c.found || c.units < units ||
	    c.expiry_day < q->clock.hour / 24)
		return 0;
	*verdict = 0;
	return sql_run(q, SQL_ADMISSION_SPEND,
	    SQL_ARGS(SQL_BLOB(hash, TACIT_HASH_LEN), SQL_INT(units)));
}

int
admit_credit(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    uint32_t units)
{
	struct code c;
	int rc;

	if ((rc = get_code(q, hash, &c)) != 0 || !c.found ||
	    c.expiry_day < q->clock.hour / 24)
		return rc;
	return sql_run(q, SQL_ADMISSION_CREDIT,
	    SQL_ARGS(SQL_BLOB(hash, TACIT_HASH_LEN), SQL_INT(units)));
}

/*
 * Take ${spent} units and move ${moved} more to ${pass}, which does not
 * exist yet and will expire with the code.
 */
static int
move_units(struct store_sqlite *q, const uint8_t code[TACIT_HASH_LEN],
    const uint8_t pass[TACIT_HASH_LEN], uint32_t spent, uint32_t moved,
    int *verdict)
{
	struct code c;
	int rc;

	*verdict = TACIT_E_ADMISSION;
	if (moved > UINT32_MAX - spent)
		return 0;
	if ((rc = get_code(q, code, &c)) != 0)
		return rc;
	rc = admit_spend(q, code, spent + moved, verdict);
	if (rc != 0 || *verdict != 0)
		return rc;
	return add_code(q, pass, moved, c.expiry_day);
}

int
admit_split(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_split *sp = &op->u.split;
	struct code pass;
	int rc;

	op->rc = TACIT_E_LIMIT;
	if (sp->units == 0)
		return 0;
	op->rc = 0;
	if ((rc = get_code(q, sp->pass_hash, &pass)) != 0 || pass.found)
		return rc;
	return move_units(q, sp->code_hash, sp->pass_hash, 0, sp->units,
	    &op->rc);
}

int
admit_admit(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_admit *a = &op->u.admit;
	struct code code;
	int rc;

	op->rc = 0;
	if ((rc = get_code(q, a->code_hash, &code)) != 0 || code.found)
		return rc;
	return add_code(q, a->code_hash, a->units, a->expiry_day);
}

/* A row of invitation, without the blob. */
struct invitation {
	int found;
	int state;
	uint64_t expiry_hour;
	uint8_t key[TACIT_KEY_LEN], reader[TACIT_KEY_LEN];
	uint8_t request_hash[TACIT_HASH_LEN];
};

/* ${blob}, if not NULL, is filled unless the invitation has ended. */
static int
get_invitation(struct store_sqlite *q, const uint8_t address[TACIT_ADDRESS_LEN],
    struct invitation *inv, uint8_t *blob)
{
	sqlite3_stmt *st = q->stmt[SQL_INVITATION_GET];
	int rc;

	memset(inv, 0, sizeof(*inv));
	rc = sql_step(q, SQL_INVITATION_GET,
	    SQL_ARGS(SQL_BLOB(address, TACIT_ADDRESS_LEN)));
	if (rc != 1)
		return rc;
	inv->found = 1;
	inv->state = sqlite3_column_int(st, 0);
	inv->expiry_hour = (uint64_t)sqlite3_column_int64(st, 4);
	rc = sql_copy(q, SQL_INVITATION_GET, 1, inv->key, sizeof(inv->key));
	if (rc == 0)
		rc = sql_copy(q, SQL_INVITATION_GET, 2, inv->reader,
		    sizeof(inv->reader));
	if (rc == 0)
		rc = sql_copy(q, SQL_INVITATION_GET, 3, inv->request_hash,
		    sizeof(inv->request_hash));
	if (rc == 0 && blob != NULL && inv->state <= BOUND)
		rc = sql_copy(q, SQL_INVITATION_GET, 5, blob, TACIT_BLOB_LEN);
	sql_reset(q, SQL_INVITATION_GET);
	return rc;
}

/* An address that has ended holds nothing any more, so nothing equals it. */
static int
put_again(const struct op_put *p, const struct invitation *inv)
{
	if (inv->state <= BOUND && sodium_memcmp(inv->request_hash,
	    p->request_hash, TACIT_HASH_LEN) == 0)
		return 0;
	return TACIT_E_CONFLICT;
}

int
admit_put(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_put *p = &op->u.put;
	struct invitation inv;
	struct code pass;
	int rc;

	if ((rc = get_invitation(q, p->address, &inv, NULL)) != 0)
		return rc;
	if (inv.found) {
		op->rc = put_again(p, &inv);
		return 0;
	}
	op->rc = TACIT_E_CONFLICT;
	if ((rc = get_code(q, p->pass_hash, &pass)) != 0 || pass.found)
		return rc;
	rc = move_units(q, p->code_hash, p->pass_hash,
	    TACIT_UNITS_INVITATION, TACIT_UNITS_GUEST, &op->rc);
	if (rc != 0 || op->rc != 0)
		return rc;
	return sql_run(q, SQL_INVITATION_ADD, SQL_ARGS(
	    SQL_BLOB(p->address, TACIT_ADDRESS_LEN),
	    SQL_BLOB(p->key, TACIT_KEY_LEN),
	    SQL_BLOB(p->request_hash, TACIT_HASH_LEN),
	    SQL_INT(p->expiry_hour), SQL_BLOB(p->blob, TACIT_BLOB_LEN)));
}

static int
get_verdict(const struct store_sqlite *q, const struct invitation *inv,
    const uint8_t reader[TACIT_KEY_LEN])
{
	if (!inv->found)
		return TACIT_E_INVITATION_UNKNOWN;
	if (inv->expiry_hour <= q->clock.hour)
		return TACIT_E_INVITATION_EXPIRED;
	if (inv->state == REVOKED)
		return TACIT_E_INVITATION_REVOKED;
	if (inv->state == USED || (inv->state == BOUND &&
	    sodium_memcmp(inv->reader, reader, TACIT_KEY_LEN) != 0))
		return TACIT_E_INVITATION_USED;
	return 0;
}

int
admit_get(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct op_get *g = &op->u.get;
	uint8_t blob[TACIT_BLOB_LEN];
	struct invitation inv;
	int rc;

	if ((rc = get_invitation(q, g->address, &inv, blob)) != 0)
		return rc;
	if ((op->rc = get_verdict(q, &inv, g->reader)) != 0)
		return 0;
	if ((g->blob = malloc(TACIT_BLOB_LEN)) == NULL)
		return TACIT_E_NOMEM;
	if (inv.state == OPEN) {
		rc = sql_run(q, SQL_INVITATION_BIND, SQL_ARGS(
		    SQL_BLOB(g->address, TACIT_ADDRESS_LEN), SQL_INT(BOUND),
		    SQL_BLOB(g->reader, TACIT_KEY_LEN)));
		if (rc != 0)
			return rc;
	}
	memcpy(g->blob, blob, TACIT_BLOB_LEN);
	return 0;
}

int
admit_revoke(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_revoke *r = &op->u.revoke;
	struct invitation inv;
	int rc;

	if ((rc = get_invitation(q, r->address, &inv, NULL)) != 0)
		return rc;
	op->rc = 0;
	if (!inv.found || inv.state > BOUND)
		return 0;
	op->rc = TACIT_E_REFUSED;
	if (sodium_memcmp(inv.key, r->key, TACIT_KEY_LEN) != 0)
		return 0;
	op->rc = 0;
	return sql_run(q, SQL_INVITATION_END, SQL_ARGS(
	    SQL_BLOB(r->address, TACIT_ADDRESS_LEN),
	    SQL_INT(inv.state == BOUND ? USED : REVOKED)));
}

/* Run a DELETE with limit; what it removed counts. */
static int
expire_rows(struct store_sqlite *q, struct op_sweep *op, enum sql id,
    uint64_t limit)
{
	int rc;

	rc = sql_run(q, id, SQL_ARGS(SQL_INT(limit),
	    SQL_INT(op->max - op->removed)));
	if (rc == 0)
		op->removed += (uint32_t)sqlite3_changes(q->db);
	return rc;
}

int
admit_expire(struct store_sqlite *q, struct op_sweep *op)
{
	uint64_t hour = q->clock.hour;
	int rc;

	rc = expire_rows(q, op, SQL_INVITATION_EXPIRE, hour);
	if (rc == 0)
		rc = expire_rows(q, op, SQL_ADMISSION_EXPIRE, hour / 24);
	if (rc == 0)
		rc = expire_rows(q, op, SQL_RECALL_EXPIRE, hour / 24);
	if (rc != 0)
		return rc;
	rc = sql_step(q, SQL_EXPIRED,
	    SQL_ARGS(SQL_INT(hour), SQL_INT(hour / 24)));
	if (rc != 1)
		return rc;
	if (sqlite3_column_int(q->stmt[SQL_EXPIRED], 0))
		op->more = 1;
	sql_reset(q, SQL_EXPIRED);
	return 0;
}

static int
count_rows(struct store_sqlite *q, enum sql id, uint64_t *n)
{
	int rc;

	if ((rc = sql_step(q, id, NULL, 0)) != 1)
		return rc;
	*n = (uint64_t)sqlite3_column_int64(q->stmt[id], 0);
	sql_reset(q, id);
	return 0;
}

int
admit_count(struct store_sqlite *q, struct op_count *op)
{
	int rc;

	if ((rc = count_rows(q, SQL_INVITATION_COUNT, &op->invitations)) != 0)
		return rc;
	if ((rc = count_rows(q, SQL_RECALL_COUNT, &op->statements)) != 0)
		return rc;
	return count_rows(q, SQL_ADMISSION_COUNT, &op->admissions);
}
