/*
 * A fabric in one process: 1,000 HBAs and 100 target portals, each with an engine of its own, on a
 * virtual network with latency and loss. Every HBA logs in; then the fabric fails for two minutes,
 * dead peer detection notices, and every HBA logs in again. Time is virtual and randomness seeded:
 * two runs are the same to the last octet.
 *
 * It prints what was negotiated for each security word, and fails unless both ends of every login
 * have the same keys in the end.
 */
#include <inttypes.h>
#include <iscsi_ike.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HBAS = 1000, PORTALS = 100, NODES = HBAS + PORTALS, WORDS = 8 };
enum { LATENCY_MS = 2, JITTER_MS = 4, LOSS_PERCENT = 2, RETRY_MS = 5000 };
enum { OUTAGE_BEGIN_MS = 60000, OUTAGE_END_MS = 180000, END_MS = 400000 };

static const uint64_t words[WORDS] = {0x27, 0x37, 0x47, 0x57, 0x2B, 0x3B, 0x4B, 0x5B};

/* What happens at a time. */
enum kind { ARRIVAL, TIMER, LOGIN };
struct happening {
  uint64_t at;
  uint64_t order; /* of equal times, the one that was planned first */
  enum kind kind;
  unsigned node;
  iscsi_ike_endpoint from, to;
  size_t size;
  uint8_t* data;
};

struct node {
  iscsi_ike_engine* engine;
  uint64_t timer; /* the earliest TIMER that is planned; 0: none */
  int touched;    /* it has something to say */
};

struct adapter {
  iscsi_ike_plan* plan;
  uint64_t began;                   /* the login under way */
  unsigned before, after;           /* logins before the outage, and after it */
  uint64_t before_took, after_took; /* ms, all together */
  char suite[96];                   /* of the last child */
  uint32_t mode, encapsulation, pfs_group;
  uint32_t session;               /* the last established one */
  uint64_t keys_here, keys_there; /* digests of the last child's keys, at both ends */
};

static struct node nodes[NODES];
static struct adapter adapters[HBAS];
static struct happening* heap;
static size_t heap_size, heap_room;
static uint64_t now, planned, datagrams, lost, noise = 88172645463325252u;
static iscsi_ike_dh_runner* runner;
static iscsi_ike_dh_job* jobs[2 * NODES];
static unsigned job_owner[2 * NODES];
static size_t job_count, jobs_run;

static void demand(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "simulator: %s\n", what);
  exit(1);
}

static uint32_t draw(uint32_t below) { /* xorshift: for the network alone */
  noise ^= noise << 13;
  noise ^= noise >> 7;
  noise ^= noise << 17;
  return (uint32_t)(noise % below);
}

/* The heap of happenings. */
static int is_before(const struct happening* a, const struct happening* b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void plan_happening(struct happening h) {
  size_t at = heap_size++;
  if (heap_size > heap_room) {
    heap_room = heap_room ? 2 * heap_room : 1024;
    heap = realloc(heap, heap_room * sizeof *heap);
    demand(heap != NULL, "no memory");
  }
  h.order = ++planned;
  for (; at > 0 && is_before(&h, &heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = h;
}

static struct happening next_happening(void) {
  struct happening first = heap[0];
  struct happening last = heap[--heap_size];
  size_t at = 0;
  for (size_t child = 1; child < heap_size; child = 2 * at + 1) {
    if (child + 1 < heap_size && is_before(&heap[child + 1], &heap[child])) ++child;
    if (!is_before(&heap[child], &last)) break;
    heap[at] = heap[child];
    at = child;
  }
  if (heap_size > 0) heap[at] = last;
  return first;
}

/* Addresses: HBA n is 10.1.n/256.n%256, portal n is 10.2.0.n. */
static iscsi_ike_endpoint endpoint_of(unsigned node) {
  iscsi_ike_endpoint endpoint = {0};
  const unsigned n = node < HBAS ? node : node - HBAS;
  endpoint.family = 4;
  endpoint.port = 500;
  endpoint.address[0] = 10;
  endpoint.address[1] = node < HBAS ? 1 : 2;
  endpoint.address[2] = (uint8_t)(n / 256);
  endpoint.address[3] = (uint8_t)(n % 256);
  return endpoint;
}

static unsigned node_at(const iscsi_ike_endpoint* endpoint) {
  const unsigned n = endpoint->address[2] * 256u + endpoint->address[3];
  return endpoint->address[1] == 1 ? n : HBAS + n;
}

static unsigned portal_of(unsigned hba) { return HBAS + hba % PORTALS; }

static iscsi_ike_plan* make_plan(unsigned hba, uint32_t role) {
  iscsi_ike_plan_options options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  iscsi_ike_error error = ISCSI_IKE_INIT(iscsi_ike_error);
  iscsi_ike_plan* plan = NULL;
  char key[40];
  const unsigned own = role == ISCSI_IKE_ROLE_INITIATOR ? hba : portal_of(hba);
  options.role = role;
  options.has_word = 1;
  options.word = words[hba / PORTALS % WORDS];
  options.key = (const uint8_t*)key;
  options.key_size = (size_t)snprintf(key, sizeof key, "the key of HBA %u and nobody else", hba);
  options.local = endpoint_of(own);
  options.remote = endpoint_of(own == hba ? portal_of(hba) : hba);
  options.rekey = ISCSI_IKE_REKEY_NEVER;
  options.negotiation_timeout_ms = 20000;
  if (role == ISCSI_IKE_ROLE_INITIATOR) options.dpd_delay_ms = 10000;
  if (iscsi_ike_plan_new(&options, &plan, &error) != ISCSI_IKE_OK) demand(0, error.rule);
  return plan;
}

static void make_node(unsigned node) {
  iscsi_ike_engine_options options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  const iscsi_ike_plan* served[HBAS / PORTALS];
  uint8_t seed[32] = {0};
  memcpy(seed, &node, sizeof node);
  options.seed = seed;
  if (node >= HBAS) {
    options.responders = served;
    options.responder_count = HBAS / PORTALS;
    for (unsigned i = 0; i < HBAS / PORTALS; ++i)
      served[i] = make_plan(node - HBAS + i * PORTALS, ISCSI_IKE_ROLE_RESPONDER);
  }
  demand(iscsi_ike_engine_new(&options, &nodes[node].engine, NULL) == ISCSI_IKE_OK, "no engine");
  for (size_t i = 0; i < options.responder_count; ++i)
    iscsi_ike_plan_free((iscsi_ike_plan*)served[i]);
}

static void log_in(unsigned hba) {
  uint32_t session;
  adapters[hba].began = now;
  demand(
      iscsi_ike_connect(nodes[hba].engine, now, adapters[hba].plan, &session, NULL) == ISCSI_IKE_OK,
      "cannot connect");
  nodes[hba].touched = 1;
}

static void log_in_later(unsigned hba, uint64_t delay) {
  struct happening h = {0};
  h.at = now + delay;
  h.kind = LOGIN;
  h.node = hba;
  plan_happening(h);
}

static void send_datagram(const iscsi_ike_endpoint* from, const iscsi_ike_endpoint* to,
                          const uint8_t* data, size_t size) {
  const int outage = now >= OUTAGE_BEGIN_MS && now < OUTAGE_END_MS;
  struct happening h = {0};
  ++datagrams;
  if (outage || draw(100) < LOSS_PERCENT) {
    ++lost;
    return;
  }
  h.at = now + LATENCY_MS + draw(JITTER_MS + 1);
  h.kind = ARRIVAL;
  h.node = node_at(to);
  h.from = *from;
  h.to = *to;
  h.size = size;
  h.data = malloc(size ? size : 1);
  demand(h.data != NULL, "no memory");
  memcpy(h.data, data, size);
  plan_happening(h);
}

static uint64_t digest(const iscsi_ike_sa_keys* keys) { /* FNV-1a; enough to tell keys apart */
  const iscsi_ike_octets parts[2] = {keys->encryption, keys->integrity};
  uint64_t sum = 14695981039346656037u ^ keys->spi;
  for (int p = 0; p < 2; ++p)
    for (size_t i = 0; i < parts[p].size; ++i) sum = (sum ^ parts[p].data[i]) * 1099511628211u;
  return sum;
}

static void child_established(unsigned node, const iscsi_ike_event* event) {
  const iscsi_ike_child_sa* sa = event->child_sa;
  const uint64_t in = digest(&sa->inbound), out = digest(&sa->outbound);
  struct adapter* a = &adapters[node < HBAS ? node : node_at(&event->remote)];
  if (node >= HBAS) {
    a->keys_there = out * 31 + in;
    return;
  }
  a->keys_here = in * 31 + out;
  if (now < OUTAGE_BEGIN_MS) {
    ++a->before;
    a->before_took += now - a->began;
  } else if (now >= OUTAGE_END_MS) {
    ++a->after;
    a->after_took += now - a->began;
  }
  a->encapsulation = sa->encapsulation;
  a->pfs_group = sa->pfs_group;
  snprintf(a->suite, sizeof a->suite, "%s", sa->suite);
}

static void handle_event(unsigned node, const iscsi_ike_event* event) {
  struct adapter* a = &adapters[node < HBAS ? node : 0];
  if (event->type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED) child_established(node, event);
  if (node >= HBAS) return;
  if (event->type == ISCSI_IKE_EVENT_PHASE1_ESTABLISHED) {
    a->mode = event->phase1->mode;
    a->session = event->session;
  }
  if (event->type == ISCSI_IKE_EVENT_FAILED) log_in_later(node, RETRY_MS);
  if (event->type == ISCSI_IKE_EVENT_PEER_UNRESPONSIVE && event->session == a->session) {
    iscsi_ike_close(nodes[node].engine, now, event->session, 0);
    log_in_later(node, RETRY_MS);
  }
}

static void plan_timer(unsigned node) {
  struct happening h = {0};
  uint64_t when;
  if (iscsi_ike_next_timeout(nodes[node].engine, &when) != ISCSI_IKE_OK) return;
  if (nodes[node].timer != 0 && nodes[node].timer <= when) return;
  nodes[node].timer = when;
  h.at = when > now ? when : now;
  h.kind = TIMER;
  h.node = node;
  plan_happening(h);
}

/* Takes out all that an engine has to say. Its exponentiations wait until time goes on. */
static void drain(unsigned node) {
  static uint8_t buffer[65507];
  iscsi_ike_engine* engine = nodes[node].engine;
  iscsi_ike_event event = ISCSI_IKE_INIT(iscsi_ike_event);
  iscsi_ike_endpoint from, to;
  size_t size = sizeof buffer;
  nodes[node].touched = 0;
  while (iscsi_ike_poll_event(engine, &event) == ISCSI_IKE_OK) handle_event(node, &event);
  for (; iscsi_ike_poll_datagram(engine, &from, &to, buffer, &size) == ISCSI_IKE_OK;
       size = sizeof buffer)
    send_datagram(&from, &to, buffer, size);
  while (job_count < sizeof jobs / sizeof *jobs &&
         iscsi_ike_poll_dh(engine, &jobs[job_count]) == ISCSI_IKE_OK)
    job_owner[job_count++] = node;
  plan_timer(node);
}

/* All exponentiations of one instant are computed together: side by side in wide registers. */
static void run_jobs(void) {
  const size_t count = job_count;
  job_count = 0;
  jobs_run += count;
  demand(iscsi_ike_dh_run(runner, jobs, count) == ISCSI_IKE_OK, "Diffie-Hellman failed");
  for (size_t i = 0; i < count; ++i) {
    demand(iscsi_ike_finish_dh(nodes[job_owner[i]].engine, now, jobs[i]) == ISCSI_IKE_OK,
           "a job was lost");
    nodes[job_owner[i]].touched = 1;
  }
  for (unsigned node = 0; node < NODES; ++node)
    if (nodes[node].touched) drain(node);
}

static void let_happen(struct happening h) {
  struct node* node = &nodes[h.node];
  switch (h.kind) {
    case ARRIVAL:
      iscsi_ike_receive(node->engine, now, &h.to, &h.from, h.data, h.size);
      free(h.data);
      break;
    case TIMER:
      if (node->timer == h.at) node->timer = 0;
      iscsi_ike_timeout(node->engine, now);
      break;
    case LOGIN:
      log_in(h.node);
      break;
  }
  drain(h.node);
}

static void run(void) {
  while (heap_size > 0 && heap[0].at <= END_MS) {
    now = heap[0].at;
    while (heap_size > 0 && heap[0].at == now) let_happen(next_happening());
    while (job_count > 0) run_jobs();
  }
}

static void report_word(unsigned word) {
  const struct adapter* shown = NULL;
  unsigned before = 0, after = 0;
  uint64_t before_took = 0, after_took = 0;
  for (unsigned i = 0; i < HBAS; ++i) {
    if (i / PORTALS % WORDS != word) continue;
    shown = &adapters[i];
    before += shown->before;
    after += shown->after;
    before_took += shown->before_took;
    after_took += shown->after_took;
  }
  if (shown == NULL || before == 0 || after == 0) return;
  printf("0x%02" PRIx64 "  %-10s  %-9s  %3u  %-17s  %4u in %2" PRIu64 " ms  %4u in %4" PRIu64
         " ms\n",
         words[word], shown->mode == ISCSI_IKE_MODE_MAIN ? "main" : "aggressive",
         shown->encapsulation == ISCSI_IKE_ENCAPSULATION_TUNNEL ? "tunnel" : "transport",
         shown->pfs_group, shown->suite, before, before_took / before, after, after_took / after);
}

static int report(double seconds) {
  unsigned complete = 0, agreed = 0;
  printf(
      "word  mode        ESP        PFS  suite              first logins  after the outage (mean "
      "time)\n");
  for (unsigned word = 0; word < WORDS; ++word) report_word(word);
  for (unsigned i = 0; i < HBAS; ++i) {
    complete += adapters[i].before == 1 && adapters[i].after >= 1;
    agreed += adapters[i].keys_here != 0 && adapters[i].keys_here == adapters[i].keys_there;
  }
  printf(
      "%u HBAs, %u portals: %u logged in, and again after the outage; %u have the same keys as "
      "their portal\n",
      (unsigned)HBAS, (unsigned)PORTALS, complete, agreed);
  printf("%" PRIu64 " datagrams, %" PRIu64 " lost; %zu exponentiations; ", datagrams, lost,
         jobs_run);
  printf("%.0f s of virtual time in %.2f s of processor time\n", (double)now / 1000, seconds);
  return complete == HBAS && agreed == HBAS;
}

int main(void) {
  const clock_t begin = clock();
  int good;
  demand(iscsi_ike_abi() == ISCSI_IKE_ABI, "the library is another than the header");
  demand(iscsi_ike_dh_runner_new(&runner) == ISCSI_IKE_OK, "no runner");
  for (unsigned node = 0; node < NODES; ++node) make_node(node);
  for (unsigned hba = 0; hba < HBAS; ++hba) {
    adapters[hba].plan = make_plan(hba, ISCSI_IKE_ROLE_INITIATOR);
    log_in_later(hba, draw(1000));
  }
  run();
  good = report((double)(clock() - begin) / CLOCKS_PER_SEC);
  while (heap_size > 0) free(next_happening().data);
  for (unsigned node = 0; node < NODES; ++node) iscsi_ike_engine_free(nodes[node].engine);
  for (unsigned hba = 0; hba < HBAS; ++hba) iscsi_ike_plan_free(adapters[hba].plan);
  iscsi_ike_dh_runner_free(runner);
  free(heap);
  return good ? 0 : 1;
}
