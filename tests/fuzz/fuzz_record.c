/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the vault as structs.  Input: which kind of row, then its bytes,
 * from somebody who has the vault's key.
 */
#include "fuzz.h"
#include "record.h"
#include "state.pb.h"

static const pb_msgdesc_t *const kinds[] = {
	tacit_state_Self_fields, tacit_state_Place_fields,
	tacit_state_Relay_fields, tacit_state_Contact_fields,
	tacit_state_Pairing_fields, tacit_state_Out_fields,
	tacit_state_In_fields, tacit_state_Heard_fields,
	tacit_state_Event_fields, tacit_state_Past_fields,
};

static union {
	tacit_state_Self self;
	tacit_state_Place place;
	tacit_state_Relay relay;
	tacit_state_Contact contact;
	tacit_state_Pairing pairing;
	tacit_state_Out out;
	tacit_state_In in;
	tacit_state_Heard heard;
	tacit_state_Event event;
	tacit_state_Past past;
} row;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	const pb_msgdesc_t *kind = kinds[fuzz_u8(&in) %
	    (sizeof(kinds) / sizeof(kinds[0]))];
	struct vault_value value;
	char *tail = NULL;
	size_t tail_len = 0, len = in.left;
	int rc;

	value.data = fuzz_block(&in, &len);
	value.len = len;
	memset(&row, 0, sizeof(row));
	rc = record_read(&value, kind, &row, &tail, &tail_len);
	FUZZ_CHECK(rc == 0 || (rc == TACIT_E_CORRUPT && tail == NULL));
	if (rc == 0) {
		FUZZ_CHECK(tail_len <= len && tail[tail_len] == '\0');
		FUZZ_CHECK(memcmp(tail, value.data + len - tail_len,
		    tail_len) == 0);
	}
	record_tail_free(tail, tail_len);
	free(value.data);
	return 0;
}
