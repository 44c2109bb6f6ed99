/* Both ends of a login in one process: an HBA and a target portal, in virtual time. */
#include <iscsi_ike.h>
#include <stdio.h>

static iscsi_ike_plan* make_plan(uint32_t role, const char* own, const char* other) {
  iscsi_ike_plan_options options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  iscsi_ike_error error = ISCSI_IKE_INIT(iscsi_ike_error);
  iscsi_ike_plan* plan = NULL;
  options.role = role;
  options.has_word = 1;
  options.word = 0x27; /* valid, IKE/IPsec, main mode, transport */
  options.key = (const uint8_t*)"correct horse battery staple";
  options.key_size = 28;
  iscsi_ike_endpoint_parse(own, &options.local);
  iscsi_ike_endpoint_parse(other, &options.remote);
  if (iscsi_ike_plan_new(&options, &plan, &error) != ISCSI_IKE_OK)
    fprintf(stderr, "%s: %s\n", error.place, error.rule);
  return plan;
}

/* Carries what one end has for the other; returns how much there was. */
static int carry(iscsi_ike_engine* from, iscsi_ike_engine* to, uint64_t now, int* keyed) {
  iscsi_ike_event event = ISCSI_IKE_INIT(iscsi_ike_event);
  iscsi_ike_endpoint source, target;
  uint8_t datagram[65507];
  size_t size = sizeof datagram;
  int count = 0;
  iscsi_ike_run_dh(from, now);
  for (; iscsi_ike_poll_datagram(from, &source, &target, datagram, &size) == ISCSI_IKE_OK;
       ++count) {
    iscsi_ike_receive(to, now, &target, &source, datagram, size);
    size = sizeof datagram;
  }
  while (iscsi_ike_poll_event(from, &event) == ISCSI_IKE_OK) {
    printf("%s", iscsi_ike_event_text(from));
    if (event.type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED) ++*keyed; /* event.child_sa has the keys */
  }
  return count;
}

int main(void) {
  iscsi_ike_engine_options options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  iscsi_ike_plan* login = make_plan(ISCSI_IKE_ROLE_INITIATOR, "192.0.2.1", "192.0.2.2");
  iscsi_ike_plan* served = make_plan(ISCSI_IKE_ROLE_RESPONDER, "192.0.2.2", "192.0.2.1");
  const iscsi_ike_plan* responders[] = {served};
  iscsi_ike_engine *hba = NULL, *portal = NULL;
  uint32_t session;
  int keyed = 0;
  iscsi_ike_engine_new(&options, &hba, NULL);
  options.responders = responders;
  options.responder_count = 1;
  iscsi_ike_engine_new(&options, &portal, NULL);
  if (iscsi_ike_connect(hba, 0, login, &session, NULL) != ISCSI_IKE_OK) return 1;
  while (carry(hba, portal, 0, &keyed) + carry(portal, hba, 0, &keyed) > 0) continue;
  iscsi_ike_engine_free(hba);
  iscsi_ike_engine_free(portal);
  iscsi_ike_plan_free(login);
  iscsi_ike_plan_free(served);
  return keyed == 2 ? 0 : 1;
}
