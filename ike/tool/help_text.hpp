// The longer texts of --help.
#pragma once

#include <string_view>

namespace iscsi_ike::ike::tool {

inline constexpr std::string_view kAboutTool =
    "Negotiates IPsec SAs (IKEv1, pre-shared key) from the security settings of an iSCSI host bus\n"
    "adapter: ISCSI_SECURITY_FLAGS, an identity and a key.";

inline constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0  done: explained, rendered, established, decoded, or served until a signal; why-key: a "
    "key\n"
    "     would be used; check: the two would agree; replay: the same;\n"
    "     discover: a target is listed\n"
    "  2  the command line, a file or the configuration cannot be used\n"
    "  3  policy says no: the word, the identity or the key allow no negotiation; why-key: no key\n"
    "     would be used; check: the two would not agree; render: the other\n"
    "     end's program cannot express it\n"
    "  4  the negotiation failed, or a signal ended it first; load: one failed, none was "
    "established,\n"
    "     a threshold was breached, or a signal ended it; decode --try-psk: the key is another;\n"
    "     replay: it parted from the recording; discover: no target, or the server refused;\n"
    "     connect --all: a portal failed\n"
    "  5  timeout: no usable answer from the peer\n"
    "With --json and 2 there is no object on standard output, only the line on standard error, "
    "but\n"
    "when an output file could not be finished.\n";

inline constexpr std::string_view kToolExamples =
    "Examples:\n"
    "  iscsi-ike explain 0x37\n"
    "  iscsi-ike demo\n"
    "  iscsi-ike connect --portal 192.0.2.10 --flags 0x27 --key-file psk.txt\n"
    "  iscsi-ike serve --flags 0x27 --key-file psk.txt\n"
    "  iscsi-ike why-key --config portal.json --peer 192.0.2.31\n"
    "  iscsi-ike check hba.json portal.json\n"
    "  iscsi-ike render 0x27 --for strongswan --portal 192.0.2.10 --local 192.0.2.1\n"
    "  iscsi-ike decode login.pcapng --keylog login.keys\n"
    "  iscsi-ike replay login.recording --key-file psk.txt\n"
    "  iscsi-ike discover --isns isns.example\n"
    "'iscsi-ike SUBCOMMAND --help' tells the rest.\n";

inline constexpr std::string_view kKeyRules =
    "The pre-shared key: text as it is, or 0x and hexadecimal octets; one newline at the end of a\n"
    "file does not count. It comes from --key-file, --key-fd or the record of --config, and is\n"
    "never printed. --key shows it to every user of the machine.\n";

inline constexpr std::string_view kExplainExamples =
    "Examples:\n"
    "  iscsi-ike explain 0x37\n"
    "  iscsi-ike explain VALID,IKE_IPSEC_ENABLED,AGGRESSIVE_MODE_ENABLED --id fqdn:hba.example\n"
    "  iscsi-ike explain 0x07 --suite rfc3723 --json\n"
    "  iscsi-ike explain --config record.json --role responder\n"
    "  iscsi-ike explain --iscsicli lines.txt --reg discovery.reg\n"
    "Exit codes: 0 for a plan, and for a word that is unspecified or disabled; 3 for one that is\n"
    "rejected; 2 for bad input.\n";

inline constexpr std::string_view kDemoExamples =
    "Examples:\n"
    "  iscsi-ike demo\n"
    "  iscsi-ike demo --flags 0x4b --id fqdn:hba.example     aggressive mode, tunnel\n"
    "  iscsi-ike demo --ike aes256-sha384-ecp384 --esp aes256gcm16 --pcap demo.pcapng --keylog "
    "demo.keys\n"
    "Exit codes: 0 established, 3 policy says no, 4 negotiation failed, 5 timeout, 2 bad input.\n";

inline constexpr std::string_view kConnectExamples =
    "Examples:\n"
    "  iscsi-ike connect --portal 192.0.2.10 --flags 0x27 --key-file psk.txt\n"
    "  iscsi-ike connect --portal [2001:db8::10]:500 --config record.json --json\n"
    "  iscsi-ike connect --portal 192.0.2.10 --flags 0x57 --local-ts 10.1.0.0/16 --remote-ts "
    "10.2.0.0/16 --key-file psk.txt --hold 60\n"
    "  iscsi-ike connect --all --config fabric.json --key-file psk.txt --concurrency 256\n"
    "  iscsi-ike connect --isns isns.example --target iqn.2026-01.example.array:a --key-file "
    "psk.txt\n"
    "Exit codes: 0 established (--all: every portal; --isns: one of them), 3 policy says no, 4\n"
    "negotiation failed, 5 timeout, 2 bad input.\n";

inline constexpr std::string_view kServeExamples =
    "Prints one line when ready, then one line an event (--quiet: one in the end). SIGUSR1\n"
    "prints the counters, SIGINT or SIGTERM deletes the SAs and ends with exit code 0.\n"
    "A --config with several records serves them all: main mode finds the key by the record's\n"
    "'peer', aggressive mode by its 'peerIdentity', and 'groupKey' is for those without a record.\n"
    "Of several portals, each speaks for records without word or key at its own address.\n"
    "The engines of --threads share nothing: a later phase 1 of a peer may come to another one,\n"
    "which does not take over the children of the older session. -v and the output files need one\n"
    "thread alone. --segment (UDP_SEGMENT, UDP_GRO) helps when many HBAs are behind one address "
    "and\n"
    "port; a capture on this machine then shows several datagrams as one.\n"
    "--isns registers the target while serve runs, and nothing else waits for it. The bitmap of a\n"
    "portal is the word of the first usable record that is served there (of its own portal, where\n"
    "--config has several); a warning names other words. What is lost or refused is tried again\n"
    "after 5 s, later up to 5 min. At a signal the registration goes first, within 3 s; a second\n"
    "signal does not wait for it.\n"
    "Examples:\n"
    "  iscsi-ike serve --flags 0x27 --key-file psk.txt\n"
    "  iscsi-ike serve --local 192.0.2.10 --config record.json --json\n"
    "  iscsi-ike serve --local 192.0.2.10 --flags 0x27 --key-file psk.txt --isns isns.example\n"
    "    --isns-target iqn.2026-01.example.array:a\n"
    "Exit codes: 0 stopped by a signal, 3 policy says no, 2 bad input, e.g. a port in use.\n";

inline constexpr std::string_view kLoadExamples =
    "--id may have a '#': it becomes the number of the HBA. Several --addresses take those of\n"
    "127.0.0.0/8, or 'ip route add local PREFIX dev lo'. --threads share HBAs, logins, "
    "--concurrency\n"
    "and --rate; -v and the output files need one thread alone. --segment (UDP_SEGMENT, UDP_GRO)\n"
    "makes datagrams cheaper with one address; not for a portal on this machine with --threads, "
    "and\n"
    "a capture on this machine shows several as one.\n"
    "CONDITION of --fail-if is QUANTITY<VALUE or QUANTITY>VALUE without blanks: pN (N from 0 to\n"
    "100, as p99.9), max or mean, from the intended begin, with us, ms or s; failed, unfinished "
    "or\n"
    "rate (a second) with a number. A bound on a time is breached when no login was established.\n"
    "Examples:\n"
    "  iscsi-ike load --portal 192.0.2.10 --flags 0x27 --key-file psk.txt --hbas 500\n"
    "  iscsi-ike load --portal 127.0.0.1:5500 --local 127.1.0.0:0 --addresses 1000 --flags 0x27\n"
    "    --key-file psk.txt --rate 800 --logins 8000 --fail-if 'p99>50ms'\n"
    "Exit codes: 0 established, 4 one failed, none was established, a threshold was breached or a\n"
    "signal ended it, 3 policy says no, 2 bad input. What is unfinished at the end of --duration "
    "is\n"
    "no failure: --fail-if 'unfinished>0' makes it one.\n";

inline constexpr std::string_view kWhyKeyExamples =
    "The candidates of serve in their order, with the fingerprints of their keys, and why others\n"
    "are passed over. Main mode needs the key before it knows the identity, so that only\n"
    "addresses choose it (RFC 2409 section 5.4).\n"
    "Examples:\n"
    "  iscsi-ike why-key --config portal.json --peer 192.0.2.31\n"
    "  iscsi-ike why-key --flags 0x27 --key-file psk.txt --peer 192.0.2.31\n"
    "  iscsi-ike why-key --config portal.json --peer 192.0.2.31 --mode aggressive --peer-id "
    "fqdn:hba.example --json\n"
    "Exit codes: 0 a key would be used, 3 none would, 2 bad input.\n";

inline constexpr std::string_view kCheckExamples =
    "A begins unless --role says otherwise; the other end serves all its records, of which --a or\n"
    "--b entry=NAME chooses one. What --a and --b take: entry, flags, id, peer-id, key-file, "
    "key-fd,\n"
    "suite, ike, esp, mode, strict, strict-microsoft, assume-main, refuse-pfs, local (own "
    "address),\n"
    "peer (the other's), local-ts, remote-ts, target-port, phase1-only, nat, ike-lifetime,\n"
    "esp-lifetime. Addresses that nobody tells are assumed. The same functions decide that decide\n"
    "in a negotiation; everything in the way is told, and the smallest change of either end after\n"
    "which they would agree, one that keeps the security of both before one that does not. Keys\n"
    "are shown by their fingerprints.\n"
    "Examples:\n"
    "  iscsi-ike check hba.json portal.json\n"
    "  iscsi-ike check hba.json portal.json --a entry=0 --a local=192.0.2.31 --b refuse-pfs "
    "--json\n"
    "Exit codes: 0 they would agree, with --both in both directions; 3 they would not; 2 bad "
    "input.\n";

inline constexpr std::string_view kRenderExamples =
    "Settings are those of our end, as for connect (or, with --role responder, serve); what is\n"
    "written is the configuration of the other one. What its program cannot express is left out,\n"
    "with a warning, or refused when nothing is left. racoon and windows are written for from\n"
    "documentation alone.\n"
    "Examples:\n"
    "  iscsi-ike render 0x27 --for strongswan --portal 192.0.2.10 --local 192.0.2.1\n"
    "  iscsi-ike render --config record.json --for libreswan --out peer --with-keys\n"
    "  iscsi-ike render 0x27 --for windows --local 192.0.2.10 --peer 192.0.2.1\n"
    "Exit codes: 0 rendered, 3 policy says no, or the program cannot express it, 2 bad input.\n";

inline constexpr std::string_view kDecodeExamples =
    "Every message with its payloads and attributes by name and number, the offset of each in the\n"
    "message in front; a line with ! is something wrong. Hexadecimal text: an empty line between\n"
    "two datagrams. When no datagram is on a port of IKE, whatever looks like ISAKMP is taken.\n"
    "The key of --try-psk is read as that of --key-file, and never printed.\n"
    "With --json one object a line: each datagram, and each frame that could not be read.\n"
    "Examples:\n"
    "  iscsi-ike decode login.pcapng --keylog login.keys\n"
    "  iscsi-ike decode capture.pcap --port 5500 --json\n"
    "  xxd -p message.bin | iscsi-ike decode -\n"
    "  iscsi-ike decode capture.pcap --try-psk psk.txt\n"
    "Exit codes: 0 decoded, whatever is wrong in it; 2 bad input, or no IKE in it. With "
    "--try-psk:\n"
    "0 the key is that of an aggressive mode, 4 it is of none, 2 there is none to be judged.\n";

inline constexpr std::string_view kReplayExamples =
    "The recording has the time, the datagrams, the settings and the seed of the randomness of "
    "one\n"
    "run of connect or serve, so that the same octets come out again: a report of a fault that "
    "can\n"
    "be run. It has the keys only with --record-keys; else they are given here as they were to\n"
    "the recorded command, and told apart by their fingerprints. Give it to nobody who must not\n"
    "read the recorded sessions: the seed gives every Diffie-Hellman exponent, so that keys can "
    "be\n"
    "tried on it, and with the key everything be decrypted.\n"
    "--set runs the recorded settings and the changed ones side by side, with the peer's recorded\n"
    "messages, up to the first that they react to differently: what was sent, or what happened.\n"
    "Behind that the peer would have answered otherwise. A connect may begin with another offer:\n"
    "then the peer's choice is judged by it, up to the message whose HASH covers the offer (MM5,\n"
    "AM2), or to a QM1 that offers something else, which the recorded QM2 is chained to.\n"
    "Examples:\n"
    "  iscsi-ike replay login.recording --key-file psk.txt\n"
    "  iscsi-ike replay login.recording --key-file psk.txt --step\n"
    "  iscsi-ike replay login.recording --key-file psk.txt --set flags=0x4b --set suite=rfc3723\n"
    "Exit codes: 0 the same, whatever came of it; 4 it parted; 3 policy says no to what --set "
    "sets;\n"
    "2 bad input, or another key than the recorded one.\n";

inline constexpr std::string_view kDiscoverExamples =
    "Asks an iSNS server (RFC 4171) as an initiator node: targets, portals with portal group and\n"
    "security bitmap, the ISAKMP proposals that they publish, and the plan that these lead to for\n"
    "an initiator with a key for the portal. A node that the server does not know is registered\n"
    "for the time of the query. No key is asked for or told.\n"
    "Examples:\n"
    "  iscsi-ike discover --isns isns.example --initiator iqn.2026-01.example.hba:one\n"
    "  iscsi-ike discover --isns [2001:db8::5]:3205 --target iqn.2026-01.example.array:a --json\n"
    "Exit codes: 0 a target is listed, 4 none is shown, the server refused or could not be "
    "reached,\n"
    "5 it did not answer in time, 2 bad input.\n";

}  // namespace iscsi_ike::ike::tool
