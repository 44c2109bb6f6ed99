/*
 * What a session costs in memory, counted by the allocator hook: established sessions with a child
 * between two engines, half-open ones at the portal, and what is left when the engines are gone.
 */
#include <iscsi_ike.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SESSIONS = 1000 };

static size_t in_use, most_in_use, allocations;
static int report_silently;

/* The size stands in front of each block. */
enum { HEADER = 64 };

void* iscsi_ike_allocate(size_t size, size_t alignment) {
  unsigned char* block =
      alignment > HEADER ? NULL
                         : aligned_alloc(HEADER, HEADER + (size + HEADER - 1) / HEADER * HEADER);
  if (block == NULL) return NULL;
  memcpy(block, &size, sizeof size);
  in_use += size;
  ++allocations;
  if (in_use > most_in_use) most_in_use = in_use;
  return block + HEADER;
}

void iscsi_ike_release(void* memory) {
  unsigned char* block = (unsigned char*)memory - HEADER;
  size_t size;
  memcpy(&size, block, sizeof size);
  in_use -= size;
  free(block);
}

static void demand(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "footprint: %s\n", what);
  exit(1);
}

static iscsi_ike_plan* make_plan(uint32_t role, uint64_t word) {
  iscsi_ike_plan_options options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  iscsi_ike_plan* plan = NULL;
  options.role = role;
  options.has_word = 1;
  options.word = word;
  options.key = (const uint8_t*)"correct horse battery staple";
  options.key_size = 28;
  options.ike = "aes128-sha256-modp2048";
  options.rules = ISCSI_IKE_RULE_NO_INITIAL_CONTACT;
  demand(iscsi_ike_endpoint_parse(role == ISCSI_IKE_ROLE_INITIATOR ? "192.0.2.1" : "192.0.2.2",
                                  &options.local) == ISCSI_IKE_OK,
         "no endpoint");
  if (role == ISCSI_IKE_ROLE_INITIATOR) iscsi_ike_endpoint_parse("192.0.2.2", &options.remote);
  demand(iscsi_ike_plan_new(&options, &plan, NULL) == ISCSI_IKE_OK, "no plan");
  return plan;
}

static iscsi_ike_engine* make_engine(const iscsi_ike_plan* served) {
  iscsi_ike_engine_options options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  const iscsi_ike_plan* const responders[] = {served};
  iscsi_ike_engine* engine = NULL;
  options.responders = responders;
  options.responder_count = served != NULL;
  demand(iscsi_ike_engine_new(&options, &engine, NULL) == ISCSI_IKE_OK, "no engine");
  return engine;
}

/* Carries what there is from one end to the other; returns how many datagrams. */
static unsigned carry(iscsi_ike_engine* from, iscsi_ike_engine* to, unsigned* keyed) {
  static uint8_t buffer[65507];
  iscsi_ike_event event = ISCSI_IKE_INIT(iscsi_ike_event);
  iscsi_ike_endpoint source, target;
  size_t size = sizeof buffer;
  unsigned count = 0;
  iscsi_ike_run_dh(from, 0);
  for (; iscsi_ike_poll_datagram(from, &source, &target, buffer, &size) == ISCSI_IKE_OK;
       size = sizeof buffer) {
    iscsi_ike_receive(to, 0, &target, &source, buffer, size);
    ++count;
  }
  while (iscsi_ike_poll_event(from, &event) == ISCSI_IKE_OK)
    *keyed += event.type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED;
  return count;
}

static void established(const char* name, uint64_t word) {
  iscsi_ike_plan* login = make_plan(ISCSI_IKE_ROLE_INITIATOR, word);
  iscsi_ike_plan* served = make_plan(ISCSI_IKE_ROLE_RESPONDER, word);
  iscsi_ike_engine* hba = make_engine(NULL);
  iscsi_ike_engine* portal = make_engine(served);
  unsigned keyed = 0;
  size_t before = 0, counted = 0, lingering;
  for (unsigned i = 0; i <= SESSIONS; ++i) {
    uint32_t session;
    if (i == 1) { /* the first one has made what all share */
      before = in_use;
      counted = allocations;
    }
    demand(iscsi_ike_connect(hba, 0, login, &session, NULL) == ISCSI_IKE_OK, "no session");
    while (carry(hba, portal, &keyed) + carry(portal, hba, &keyed) > 0) continue;
  }
  demand(keyed == 2 * (SESSIONS + 1), "not every session has a child");
  lingering = in_use - before;
  counted = allocations - counted;
  iscsi_ike_timeout(hba, 120000);
  iscsi_ike_timeout(portal, 120000);
  if (!report_silently)
    printf("%-34s %6zu %6zu %6zu\n", name, (in_use - before) / SESSIONS / 2,
           lingering / SESSIONS / 2, counted / SESSIONS);
  iscsi_ike_engine_free(hba);
  iscsi_ike_engine_free(portal);
  iscsi_ike_plan_free(login);
  iscsi_ike_plan_free(served);
}

static void half_open(const char* name, uint64_t word) {
  iscsi_ike_plan* login = make_plan(ISCSI_IKE_ROLE_INITIATOR, word);
  iscsi_ike_plan* served = make_plan(ISCSI_IKE_ROLE_RESPONDER, word);
  iscsi_ike_engine* portal = make_engine(served);
  unsigned keyed = 0;
  size_t before = 0;
  for (unsigned i = 0; i <= SESSIONS; ++i) {
    iscsi_ike_engine* hba = make_engine(NULL);
    uint32_t session;
    demand(iscsi_ike_connect(hba, 0, login, &session, NULL) == ISCSI_IKE_OK, "no session");
    carry(hba, portal, &keyed);
    iscsi_ike_engine_free(hba);
    hba = make_engine(NULL);
    carry(portal, hba, &keyed); /* the answer comes to nobody */
    iscsi_ike_engine_free(hba);
    if (i == 0) before = in_use;
  }
  demand(iscsi_ike_session_count(portal) == SESSIONS + 1, "not every session is there");
  printf("%-34s %6zu\n", name, (in_use - before) / SESSIONS);
  iscsi_ike_engine_free(portal);
  iscsi_ike_plan_free(login);
  iscsi_ike_plan_free(served);
}

int main(void) {
  size_t tables;
  /* Tables of the Diffie-Hellman groups are made once and stay. */
  report_silently = 1;
  established("", 0x27);
  tables = in_use;
  report_silently = 0;
  printf("octets a session, at one end; modp2048  at rest lingers allocations at both ends\n");
  established("established, main mode", 0x27);
  established("established, main mode, PFS", 0x37);
  established("established, aggressive mode", 0x2B);
  half_open("half-open, main mode, portal", 0x27);
  half_open("half-open, aggressive mode, portal", 0x2B);
  printf("%zu octets at most at a time, %zu of them tables that stay; %zu left when all is freed\n",
         most_in_use, tables, in_use - tables);
  return tables > 0 && most_in_use > tables && in_use == tables ? 0 : 1;
}
