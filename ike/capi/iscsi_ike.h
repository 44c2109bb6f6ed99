/**
 * @file
 * iscsi-ike for C: IKEv1 with pre-shared keys (RFC 2407, 2408, 2409) from the security settings of
 * an iSCSI host bus adapter (HBA), to be embedded in simulators and firmware.
 *
 * There is no socket, clock or thread inside. The caller carries datagrams, tells the time and runs
 * the Diffie-Hellman jobs. A program makes a plan from a security word, an identity and a key
 * (iscsi_ike_plan_new), an engine (iscsi_ike_engine_new), and then calls, as things happen,
 * iscsi_ike_connect, iscsi_ike_receive, iscsi_ike_timeout and iscsi_ike_finish_dh. After each of
 * them it polls datagrams, events and jobs until there are none, and reads iscsi_ike_next_timeout.
 *
 * Rules, for every function of this file:
 *
 * - Ownership. What the caller passes in is borrowed for the call and copied where it is kept; a
 *   plan may be freed while engines use it. What comes back through a pointer to a pointer belongs
 *   to the caller, who gives it to the _free function of its kind. Freeing a null pointer does
 *   nothing. What is read through other pointers (texts, octets, the parts of an event) belongs to
 *   the library and lives as long as the comment there says. Freed keys are wiped.
 *
 * - Nullness. A pointer may be null only where the comment says so; elsewhere null is
 *   ISCSI_IKE_E_INVALID. A pointer to no octets may be null when the size is 0.
 *
 * - Structs. Each begins with `size`, which the caller sets to sizeof of the struct as this header
 *   has it (ISCSI_IKE_INIT does); the rest may be zero and then means the default. A struct shorter
 *   than the library's is a caller of an older release: what it lacks is zero (a size that cuts a
 *   pointer in two is of no release: ISCSI_IKE_E_INVALID). In a longer one
 *   everything past what the library knows must be zero, and so must every `reserved` member, or
 *   the call is ISCSI_IKE_E_VERSION. Structs that the library fills keep the caller's size, and no
 *   more of them is written. Those that an event points to are the library's, which sets `size`;
 *   before a member that is younger than the library may be, ask ISCSI_IKE_HAS. Members are never
 *   taken away or moved while ISCSI_IKE_ABI stays the same, and no struct has padding in which a
 *   new one could hide. Structs without `size` (those in Windows' layouts, endpoints, octets and
 *   keys) never change.
 *
 * - Buffers. A function that writes octets takes a buffer and a pointer to its size. It always sets
 *   that size to what is needed. If the buffer is too small the call is ISCSI_IKE_E_TOO_SMALL and
 *   consumes nothing: call again with more room. The buffer may be null when the size is 0.
 *
 * - Time is in milliseconds from any epoch, at most ISCSI_IKE_MOST_TIME. It never goes back: an
 *   earlier `now` counts as the latest seen.
 *
 * - Threads. One thread at a time for each object; different objects may be used at once. A plan is
 *   never changed and may be shared. There is nothing to set up first, and nothing that objects
 *   share but tables of constants.
 *
 * - Re-entrancy. A callback must not call the library with the engine that calls it
 *   (ISCSI_IKE_E_BUSY), nor free it. It must return: no longjmp and no C++ exception.
 *
 * - Errors. Functions return an iscsi_ike_status. Those that judge what people wrote also fill an
 *   iscsi_ike_error (may be null) with the place and the rule. No function aborts, throws or
 *   prints. When memory is short a call is ISCSI_IKE_E_NO_MEMORY. An engine in the midst of whose
 *   work that happened can only be freed: its other calls are ISCSI_IKE_E_BROKEN. (A library built
 *   without exceptions cannot know: there the allocator must not fail.)
 *
 * - Texts are UTF-8, end with a zero octet, and never hold a key.
 */
#ifndef ISCSI_IKE_H
#define ISCSI_IKE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the library exports. */
#if defined(__GNUC__)
#define ISCSI_IKE_API __attribute__((visibility("default")))
#else
#define ISCSI_IKE_API
#endif

/** @name Version */
/**@{*/
#define ISCSI_IKE_VERSION "0.1.0" /**< of this header */
#define ISCSI_IKE_ABI 1u          /**< of this header; one more when it breaks */

/** The latest time: 142,000 years from the epoch, so that sums cannot overflow. */
#define ISCSI_IKE_MOST_TIME (UINT64_C(1) << 52)

/** @return the version of the library that runs, "0.1.0". Static. */
ISCSI_IKE_API const char* iscsi_ike_version(void);
/** @return the ABI of the library that runs; it must be ISCSI_IKE_ABI. */
ISCSI_IKE_API uint32_t iscsi_ike_abi(void);
/**@}*/

/** ISCSI_IKE_INIT is the initialiser of every struct that begins with `size`; the rest is zero. */
#ifdef __cplusplus
#define ISCSI_IKE_INIT(type)        \
  ([] {                             \
    type initial{};                 \
    initial.size = sizeof(initial); \
    return initial;                 \
  }())
#else
#define ISCSI_IKE_INIT(type) \
  { .size = sizeof(type) }
#endif

/**
 * Whether a struct of `type` that the library has filled, such as iscsi_ike_event::child_sa, has a
 * member: 1 or 0.
 */
#define ISCSI_IKE_HAS(type, pointer, member) \
  (offsetof(type, member) + sizeof((pointer)->member) <= (pointer)->size)

/**
 * What a call came to; names begin with OK or E. Negative: it did nothing, but for E_NO_MEMORY and
 * E_INTERNAL, which leave an engine broken where they stopped a call that changes it.
 */
typedef enum iscsi_ike_status {
  ISCSI_IKE_OK = 0,
  ISCSI_IKE_OK_NONE = 1,      /**< a poll found nothing; there is no timeout */
  ISCSI_IKE_E_INVALID = -1,   /**< an argument breaks a rule of this file */
  ISCSI_IKE_E_VERSION = -2,   /**< a struct of a later release uses what this one does not know */
  ISCSI_IKE_E_TOO_SMALL = -3, /**< the buffer; nothing was consumed */
  ISCSI_IKE_E_NO_MEMORY = -4,
  ISCSI_IKE_E_BROKEN = -5,   /**< a call of this engine stopped in the midst; free it */
  ISCSI_IKE_E_BUSY = -6,     /**< called from a callback of the same engine */
  ISCSI_IKE_E_RANDOM = -7,   /**< the source of randomness failed */
  ISCSI_IKE_E_SYNTAX = -8,   /**< settings: see iscsi_ike_error */
  ISCSI_IKE_E_POLICY = -9,   /**< the plan allows no negotiation, or has no key */
  ISCSI_IKE_E_UNKNOWN = -10, /**< no such session, child, record or index */
  ISCSI_IKE_E_LIMIT = -11,   /**< a configured bound was reached */
  ISCSI_IKE_E_DAMAGED = -12, /**< sealed octets: changed, of another kind, or under another key */
  ISCSI_IKE_E_CRYPTO = -13,  /**< the cryptographic library refused */
  ISCSI_IKE_E_INTERNAL = -14 /**< a fault of the library; please report it */
} iscsi_ike_status;

/** @return the name of a status without its prefix, "E_TOO_SMALL". Static. */
ISCSI_IKE_API const char* iscsi_ike_status_name(iscsi_ike_status status);

/** Where something that people wrote is wrong, and which rule it breaks. */
typedef struct iscsi_ike_error {
  uint32_t size;   /**< sizeof this struct */
  char place[128]; /**< "records[1].IdType"; cut when longer */
  char rule[380];  /**< "is 4; IdType is 1 (IPv4), ..."; cut when longer */
} iscsi_ike_error;

/** Octets that belong to the library. */
typedef struct iscsi_ike_octets {
  const uint8_t* data; /**< null when the size is 0 */
  size_t size;         /**< how many */
} iscsi_ike_octets;

/** An address and a UDP port. Zero: no address. */
typedef struct iscsi_ike_endpoint {
  uint8_t family;      /**< 4, 6, or 0 for none */
  uint8_t reserved;    /**< 0 */
  uint16_t port;       /**< in host order; 0 stands for 500 where an endpoint is configured */
  uint8_t address[16]; /**< network order; the first 4 octets for IPv4 */
  /**
   * 0; the place of the zone of a link-local IPv6 address (RFC 4007 section 6). This release takes
   * an address for the same in every zone: an engine that serves several links with them must be
   * one engine for each.
   */
  uint32_t reserved_zone;
} iscsi_ike_endpoint;

/** Reads "192.0.2.1", "192.0.2.1:500", "2001:db8::1" or "[2001:db8::1]:500". */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_endpoint_parse(const char* text,
                                                        iscsi_ike_endpoint* endpoint);
/** Writes "192.0.2.1:500" with its zero octet. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_endpoint_text(const iscsi_ike_endpoint* endpoint,
                                                       char* text, size_t* size);

/**
 * @name Security words (ISCSI_SECURITY_FLAGS of iscsidsc.h; the bitmap of RFC 4171 section 6.3.9)
 */
/**@{*/
#define ISCSI_IKE_FLAG_VALID UINT64_C(0x01)                    /**< the word means something */
#define ISCSI_IKE_FLAG_IKE_IPSEC_ENABLED UINT64_C(0x02)        /**< IKE and IPsec are to be used */
#define ISCSI_IKE_FLAG_MAIN_MODE_ENABLED UINT64_C(0x04)        /**< main mode may be used */
#define ISCSI_IKE_FLAG_AGGRESSIVE_MODE_ENABLED UINT64_C(0x08)  /**< aggressive mode may be used */
#define ISCSI_IKE_FLAG_PFS_ENABLED UINT64_C(0x10)              /**< perfect forward secrecy */
#define ISCSI_IKE_FLAG_TRANSPORT_MODE_PREFERRED UINT64_C(0x20) /**< ESP in transport mode */
#define ISCSI_IKE_FLAG_TUNNEL_MODE_PREFERRED UINT64_C(0x40)    /**< ESP in tunnel mode */
/**@}*/

/** Windows aligns 64 bits to 8 octets everywhere, other systems of 32 bits do not. */
#if defined(__GNUC__)
#define ISCSI_IKE_ALIGN_8 __attribute__((aligned(8)))
#else
#define ISCSI_IKE_ALIGN_8
#endif

/** IKE_IDENTIFICATION_PAYLOAD_TYPE of iscsidsc.h (RFC 2407 section 4.6.2.1). */
typedef enum iscsi_ike_id_type {
  ISCSI_IKE_ID_IPV4_ADDR = 1,
  ISCSI_IKE_ID_FQDN = 2,
  ISCSI_IKE_ID_USER_FQDN = 3,
  ISCSI_IKE_ID_IPV6_ADDR = 5
} iscsi_ike_id_type;

#if defined(__GNUC__) /* the layouts of Windows have padding */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpadded"
#endif
/** IKE_AUTHENTICATION_PRESHARED_KEY of iscsidsc.h, in the layout of this machine. */
typedef struct iscsi_ike_preshared_key {
  ISCSI_IKE_ALIGN_8 uint64_t security_flags; /**< ISCSI_IKE_FLAG_... */
  uint8_t id_type;                           /**< iscsi_ike_id_type */
  uint32_t id_length_in_bytes;               /**< octets at `id` */
  const uint8_t* id;                         /**< 4 or 16 octets, or text without a terminator */
  uint32_t key_length_in_bytes;              /**< octets at `key`, 1 to 1024 */
  const uint8_t* key;                        /**< the key, octets */
} iscsi_ike_preshared_key;

/** IKE_AUTHENTICATION_INFORMATION of iscsidsc.h. */
typedef struct iscsi_ike_authentication_information {
  int32_t auth_method;            /**< 1: IKE_AUTHENTICATION_PRESHARED_KEY_METHOD */
  iscsi_ike_preshared_key ps_key; /**< the only kind there is */
} iscsi_ike_authentication_information;

/**
 * ISCSI_IP_Address of iscsifnd.h. `type`: 0 text, 1 IPv4, 2 IPv6, 3 empty; only the member of the
 * type is read.
 */
typedef struct iscsi_ike_ip_address {
  uint32_t type;              /**< 0 text, 1 IPv4, 2 IPv6, 3 empty */
  uint32_t ip_v4_address;     /**< in_addr: the four octets in network order in memory */
  uint8_t ip_v6_address[16];  /**< network order */
  uint32_t ip_v6_flow_info;   /**< passed over */
  uint32_t ip_v6_scope_id;    /**< passed over */
  uint16_t text_address[257]; /**< WMI's counted string: its length in octets, then UTF-16 */
} iscsi_ike_ip_address;

/**
 * ISCSI_DiscoveredTargetPortal2 of iscsifnd.h up to its key, which is given beside it. `key_size`
 * octets of key are read.
 */
typedef struct iscsi_ike_target_portal {
  uint16_t socket;              /**< TCP port of iSCSI; 0 stands for 3260 */
  iscsi_ike_ip_address address; /**< where it is */
  uint32_t security_bitmap;     /**< its security word; 0 says nothing */
  uint32_t key_size;            /**< octets of its key */
} iscsi_ike_target_portal;
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/** iscsi_ike_config is what a JSON text says: records, portals and defaults. */
typedef struct iscsi_ike_config iscsi_ike_config;

/**
 * Reads settings: what PowerShell's ConvertTo-Json prints for records of
 * MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo or for ISCSI_DiscoveredTargetPortal2, or a
 * file of the tool's --config. Nothing of the text is kept but what it says; wipe it.
 * @param json UTF-8 or UTF-16
 * @param error may be null
 * @return E_SYNTAX with the path of the member
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_config_new(const char* json, size_t size,
                                                    iscsi_ike_config** config,
                                                    iscsi_ike_error* error);
/** `config` may be null. */
ISCSI_IKE_API void iscsi_ike_config_free(iscsi_ike_config* config);
/** @return how many records there are */
ISCSI_IKE_API size_t iscsi_ike_config_records(const iscsi_ike_config* config);
/** @return how many portals there are */
ISCSI_IKE_API size_t iscsi_ike_config_portals(const iscsi_ike_config* config);

/**
 * @name The security interface of an HBA
 * WMI class MSiSCSI_SecurityConfigOperations (iscsiop.h), as the driver side sees it: a cache of
 * keys and tunnel addresses that the operating system fills, and that plans are made of. Each
 * method fills `status`, a code of the class: 0 or 0xEFFFxxxx (iscsierr.h). The call itself is OK
 * whenever the method was run, also where it refused.
 */
/**@{*/
/** iscsi_ike_hba is the security cache of one adapter. */
typedef struct iscsi_ike_hba iscsi_ike_hba;

/** Bits of MSiSCSI_HBAInformation.FunctionalitySupported. */
enum {
  ISCSI_IKE_HBA_FUNCTION_PRESHARED_KEY_CACHE = 0x01,
  ISCSI_IKE_HBA_FUNCTION_ISCSI_AUTHENTICATION_CACHE = 0x02,
  ISCSI_IKE_HBA_FUNCTION_IPSEC_TUNNEL_MODE = 0x04,
  ISCSI_IKE_HBA_FUNCTION_CHAP_VIA_RADIUS = 0x08,
  ISCSI_IKE_HBA_FUNCTION_ISNS_DISCOVERY = 0x10,
  ISCSI_IKE_HBA_FUNCTION_SLP_DISCOVERY = 0x20
};

#define ISCSI_IKE_HBA_SUCCESS UINT32_C(0) /**< the method did what it was asked for */
#define ISCSI_IKE_HBA_PRESHAREDKEY_UNAVAILABLE                                               \
  UINT32_C(0xEFFF0027)                                         /**< no key for this identity \
                                                                */
#define ISCSI_IKE_HBA_SECURITY_CACHE_FULL UINT32_C(0xEFFF002C) /**< no room */
#define ISCSI_IKE_HBA_INVALID_PORT_NUMBER                \
  UINT32_C(0xEFFF002D) /**< the adapter has no such port \
                        */
#define ISCSI_IKE_HBA_SECURITY_CACHE_NOT_SUPPORTED UINT32_C(0xEFFF002F) /**< it keeps nothing */
#define ISCSI_IKE_HBA_ID_TYPE_NOT_SUPPORTED \
  UINT32_C(0xEFFF0030) /**< IdType is none of 1, 2, 3, 5 */
#define ISCSI_IKE_HBA_ID_INCORRECT_SIZE                    \
  UINT32_C(0xEFFF0031) /**< IdSize does not go with IdType \
                        */
#define ISCSI_IKE_HBA_NO_TUNNEL_OUTER_ADDRESS \
  UINT32_C(0xEFFF0035) /**< the outer address is empty */
#define ISCSI_IKE_HBA_CACHE_CORRUPTED                         \
  UINT32_C(0xEFFF0036) /**< what was saved does not come back \
                        */
#define ISCSI_IKE_HBA_REQUEST_NOT_SUPPORTED                                                   \
  UINT32_C(0xEFFF0037)                                       /**< not with these capabilities \
                                                              */
#define ISCSI_IKE_HBA_INVALID_PARAMETER UINT32_C(0xEFFF0056) /**< anything else about the input */

/** All ports of an adapter. */
#define ISCSI_IKE_HBA_ALL_PORTS UINT32_C(0xFFFFFFFF)

/** What an adapter states that it can do. */
typedef struct iscsi_ike_hba_options {
  uint32_t size;              /**< sizeof(iscsi_ike_hba_options) */
  uint32_t has_functionality; /**< not 0: `functionality` is given */
  uint32_t functionality;     /**< FunctionalitySupported; else key cache and tunnel mode */
  uint32_t port_count;        /**< ports are numbered from 0; 0: 1 */
  uint32_t max_entries;       /**< keys and tunnel addresses together; 0: 64 */
  uint32_t no_iscsi;          /**< not 0: ProtectiScsiTraffic is false */
  uint32_t protects_isns;     /**< ProtectiSNSTraffic */
  uint32_t certificates;      /**< CertificatesSupported */
  uint32_t ipv4_as_number;    /**< not 0: IpV4Address holds a number, not the octets of in_addr */
  uint32_t any_trailing;      /**< not 0: any octets may follow an IN structure */
  /** Of `encryption`. 0: nothing is stated, and no plan is held to it. */
  uint32_t encryption_count;
  uint32_t reserved;          /**< 0 */
  const uint32_t* encryption; /**< EncryptionAvailable: 0 none, 1 3DES with HMAC-SHA1, 2 AES-CTR */
} iscsi_ike_hba_options;

/** Makes an empty cache. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_new(const iscsi_ike_hba_options* options,
                                                 iscsi_ike_hba** hba);
/** Wipes all keys. `hba` may be null. */
ISCSI_IKE_API void iscsi_ike_hba_free(iscsi_ike_hba* hba);
/**
 * Runs a method by its number on the octets of its IN structure, as iscsiop.h lays it out for
 * Windows (least significant octet first, whatever this machine), and writes its OUT structure. The
 * octets are the caller's to wipe. Methods: 1 SetPresharedKeyForId, 2 GetPresharedKeyForId (flags
 * only, never the key), 3 SetGroupPresharedKey, 4 SetTunnelModeOuterAddress, 5 ClearCache, 6
 * SetGenerationalGuid.
 * @param hba the cache
 * @param method its number
 * @param in the IN structure
 * @param in_size octets of it
 * @param out room for the OUT structure: 16 octets for method 2, 4 for the others
 * @param out_size see Buffers above
 * @param status the status of the method
 * @param error what is wrong, for people; may be null
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_invoke(iscsi_ike_hba* hba, uint32_t method,
                                                    const uint8_t* in, size_t in_size, uint8_t* out,
                                                    size_t* out_size, uint32_t* status,
                                                    iscsi_ike_error* error);
/** Method 1. `port` may be ISCSI_IKE_HBA_ALL_PORTS; what was set for the same port and identity is
 *  replaced; an empty key is refused. `error` may be null. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_set_key(iscsi_ike_hba* hba, uint32_t port,
                                                     const iscsi_ike_preshared_key* key,
                                                     uint32_t* status, iscsi_ike_error* error);
/** Method 2: whether the identity has a key of its own, and its security word. `error` may be null.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_get_key(const iscsi_ike_hba* hba, uint32_t port,
                                                     uint8_t id_type, const uint8_t* id,
                                                     size_t id_size, uint64_t* security_flags,
                                                     uint32_t* status, iscsi_ike_error* error);
/** Method 3: the key of every identity that has none of its own. `error` may be null. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_set_group_key(iscsi_ike_hba* hba, const uint8_t* key,
                                                           size_t size, uint32_t* status,
                                                           iscsi_ike_error* error);
/** Method 4: the security gateway for packets to `destination`. Ports of the endpoints do not
 * count. `error` may be null. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_set_tunnel(iscsi_ike_hba* hba, uint32_t port,
                                                        const iscsi_ike_endpoint* destination,
                                                        const iscsi_ike_endpoint* outer,
                                                        uint32_t* status, iscsi_ike_error* error);
/**
 * The gateway of method 4 for a destination and a port.
 * @return E_UNKNOWN: none was set
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_get_tunnel(const iscsi_ike_hba* hba, uint32_t port,
                                                        const iscsi_ike_endpoint* destination,
                                                        iscsi_ike_endpoint* outer);
/**
 * Method 5: wipes keys and tunnel addresses. An adapter that states no cache refuses it; free the
 * cache to wipe its keys. `error` may be null.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_clear(iscsi_ike_hba* hba, uint32_t* status,
                                                   iscsi_ike_error* error);
/** Method 6: the 16 octets by which the system knows after a restart what the adapter has. `error`
 * may be null. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_set_guid(iscsi_ike_hba* hba, const uint8_t* guid,
                                                      uint32_t* status, iscsi_ike_error* error);
/**
 * MSiSCSI_SecurityCapabilities (iscsicfg.h) as the octets that a driver answers with.
 * @return E_TOO_SMALL
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_get_capabilities(const iscsi_ike_hba* hba,
                                                              uint8_t* out, size_t* size);
/** The marker of method 6 into 16 octets. Methods 1, 3, 4 and 5 set it to zero when they succeed.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_get_guid(const iscsi_ike_hba* hba, uint8_t* guid);
/**
 * Saves the cache in a box sealed under a key of 32 octets (libsodium's secretbox), for the host's
 * non-volatile memory.
 * @return E_TOO_SMALL; E_POLICY: the adapter states that it has no cache
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_save(const iscsi_ike_hba* hba, const uint8_t* seal_key,
                                                  uint8_t* box, size_t* size);
/**
 * Makes a cache from a box.
 * @param options the capabilities, which are not in the box
 * @param seal_key 32 octets
 * @param box what iscsi_ike_hba_save wrote
 * @param size octets of it
 * @param hba the cache
 * @param error may be null
 * @return E_DAMAGED; E_POLICY: these capabilities have no place for what is in it
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_hba_restore(const iscsi_ike_hba_options* options,
                                                     const uint8_t* seal_key, const uint8_t* box,
                                                     size_t size, iscsi_ike_hba** hba,
                                                     iscsi_ike_error* error);
/**@}*/

/** Which end of a login this is. */
typedef enum iscsi_ike_role {
  ISCSI_IKE_ROLE_INITIATOR = 0,
  ISCSI_IKE_ROLE_RESPONDER = 1
} iscsi_ike_role;

/** None at all, for the numbers whose comment allows it; 0 stands for the default. */
#define ISCSI_IKE_NUMBER_OFF UINT32_MAX

/** Bits of iscsi_ike_plan_options::rules. */
enum {
  ISCSI_IKE_RULE_STRICT = 1u << 0,           /**< preferences are requirements */
  ISCSI_IKE_RULE_STRICT_MICROSOFT = 1u << 1, /**< one mode, one encapsulation, as in a login call */
  ISCSI_IKE_RULE_ASSUME_MAIN = 1u << 2,      /**< a word without a mode means main mode */
  ISCSI_IKE_RULE_REQUIRE_IPSEC = 1u << 3,    /**< unspecified and disabled are errors */
  ISCSI_IKE_RULE_REFUSE_PFS = 1u << 4,  /**< responder: refuse PFS that the word does not ask for */
  ISCSI_IKE_RULE_GROUP_KEY = 1u << 5,   /**< `key` is shared by more than two ends */
  ISCSI_IKE_RULE_PHASE1_ONLY = 1u << 6, /**< no child */
  ISCSI_IKE_RULE_NO_INITIAL_CONTACT = 1u << 7
};

/** At the end of a lifetime. */
typedef enum iscsi_ike_rekey_mode {
  ISCSI_IKE_REKEY_AUTO = 0,   /**< new SAs before that */
  ISCSI_IKE_REKEY_EXPIRE = 1, /**< the SA ends */
  ISCSI_IKE_REKEY_NEVER = 2   /**< nothing happens */
} iscsi_ike_rekey_mode;

/**
 * Which mode of those that the word allows. An engine uses the first mode of a plan. Where the word
 * allows both and the peer does not answer (NO_RESPONSE) or refuses the exchange type, connect
 * again with a plan of ISCSI_IKE_ONLY_AGGRESSIVE. Never do so after a failed authentication:
 * aggressive mode shows a hash to whoever asks.
 */
typedef enum iscsi_ike_only {
  ISCSI_IKE_ONLY_ALLOWED = 0, /**< all that the word allows, main mode first */
  ISCSI_IKE_ONLY_MAIN = 1,
  ISCSI_IKE_ONLY_AGGRESSIVE = 2
} iscsi_ike_only;

/** RFC 3947. */
typedef enum iscsi_ike_nat {
  ISCSI_IKE_NAT_DETECT = 0,
  ISCSI_IKE_NAT_OFF = 1,
  ISCSI_IKE_NAT_FORCE = 2
} iscsi_ike_nat;

/**
 * What a plan is made of. The word, the identity and the key come from `record` and `portal`, from
 * `config` or from `hba`, or from `word`, `identity` and `key`, which win over those; but the word
 * of a key in the cache of `hba` wins over `word`, as existing policy does in Windows. What would
 * be without effect is an error.
 */
typedef struct iscsi_ike_plan_options {
  uint32_t size;     /**< sizeof this struct */
  uint32_t role;     /**< iscsi_ike_role */
  uint32_t rules;    /**< ISCSI_IKE_RULE_... */
  uint32_t has_word; /**< not 0: `word` is given */
  uint64_t word;     /**< the security word, when `has_word` is not 0 */
  uint32_t only;     /**< iscsi_ike_only */
  uint32_t hba_port; /**< the port of the adapter `hba` that the login goes through */

  const iscsi_ike_authentication_information* record; /**< may be null */
  const iscsi_ike_target_portal* portal;              /**< may be null */
  const uint8_t* portal_key;                          /**< portal->key_size octets */
  const iscsi_ike_config* config;                     /**< may be null */
  const iscsi_ike_hba* hba;                           /**< the cache of an adapter; may be null */
  const char* config_record;   /**< name or number; null: the one that fits `remote` */
  uint32_t has_default_bitmap; /**< not 0: `default_bitmap` is given */
  uint32_t default_bitmap;     /**< DefaultSecurityBitmap: where nothing else gives a valid word */

  const char* identity;      /**< "fqdn:hba1.example", "ipv4:192.0.2.1"; null: the local address */
  const char* peer_identity; /**< what the peer must show; null: anything it proves */
  const uint8_t* key;        /**< pre-shared key, octets; null: from elsewhere */
  size_t key_size;           /**< octets at `key`, 1 to 1024 */

  iscsi_ike_endpoint local;  /**< this end; responder: none serves at every address */
  iscsi_ike_endpoint remote; /**< initiator: the peer, required; responder: none serves any peer */

  const char* suite; /**< "rfc7146" (null), "rfc3723", "windows", "modern" */
  const char* ike;   /**< phase-1 list that replaces the suite's: "aes128-sha256-modp2048,..." */
  const char* esp;   /**< phase-2 list: "aes128-sha1-esn,..." */
  const char* pfs_group; /**< "modp2048"; null: the group of phase 1 */

  const char* local_selector;  /**< "192.0.2.1/32 tcp 0"; null: host to host */
  const char* remote_selector; /**< likewise; TCP, port 3260 at the target */

  uint32_t phase1_lifetime_s;  /**< 0: 28800 */
  uint32_t phase2_lifetime_s;  /**< 0: 3600 */
  uint32_t phase2_lifetime_kb; /**< 0: no bound */
  uint32_t rekey;              /**< iscsi_ike_rekey_mode */

  uint32_t negotiation_timeout_ms; /**< phase 1 and the first child; 0: 60000 */
  uint32_t retransmit_first_ms;    /**< 0: 500; doubled each time */
  uint32_t retransmit_longest_ms;  /**< 0: 8000 */
  uint32_t retransmit_tries;       /**< 0: 6; ISCSI_IKE_NUMBER_OFF: none */
  /** Silence after which the peer is asked (RFC 3706); 0: never. Each question takes two of a
   * session's 4096 message IDs, and phase 1 is renewed before they run out. */
  uint32_t dpd_delay_ms;
  uint32_t dpd_wait_ms;          /**< 0: 2000 */
  uint32_t dpd_tries;            /**< 0: 5 */
  uint32_t nat;                  /**< iscsi_ike_nat */
  uint32_t nat_keepalive_ms;     /**< 0: 20000; ISCSI_IKE_NUMBER_OFF: never */
  uint32_t fragment_above;       /**< octets of a datagram; 0: 1232; ISCSI_IKE_NUMBER_OFF: never */
  uint32_t parallel_quick_modes; /**< begun at once; 0: 1, which no peer loses track of */
  uint32_t reserved;             /**< 0 */
} iscsi_ike_plan_options;

/** iscsi_ike_plan is a translated word with its key, for one end and one peer or kind of peer. */
typedef struct iscsi_ike_plan iscsi_ike_plan;

/** What the word comes to. */
typedef enum iscsi_ike_outcome {
  ISCSI_IKE_OUTCOME_UNSPECIFIED = 0, /**< it says nothing; never read as "cleartext is fine" */
  ISCSI_IKE_OUTCOME_DISABLED = 1,    /**< it switches IKE/IPsec off */
  ISCSI_IKE_OUTCOME_REJECTED = 2,    /**< it cannot be used; a reason of severity error says why */
  ISCSI_IKE_OUTCOME_PLANNED = 3
} iscsi_ike_outcome;

/**
 * Makes a plan. A word that allows no negotiation makes a plan too, whose outcome and reasons say
 * why.
 * @param error may be null
 * @return E_SYNTAX: a text, a record or a portal breaks a rule, or the config has no such record
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_plan_new(const iscsi_ike_plan_options* options,
                                                  iscsi_ike_plan** plan, iscsi_ike_error* error);
/** `plan` may be null. Engines that use it are not concerned. */
ISCSI_IKE_API void iscsi_ike_plan_free(iscsi_ike_plan* plan);

/** Exchanges of phase 1. */
typedef enum iscsi_ike_mode {
  ISCSI_IKE_MODE_MAIN = 0,
  ISCSI_IKE_MODE_AGGRESSIVE = 1
} iscsi_ike_mode;
/** Numbers of RFC 2407 section 4.5. */
typedef enum iscsi_ike_encapsulation {
  ISCSI_IKE_ENCAPSULATION_TUNNEL = 1,
  ISCSI_IKE_ENCAPSULATION_TRANSPORT = 2
} iscsi_ike_encapsulation;

/** A plan in figures. Lists are in order of preference, and empty unless the outcome is PLANNED. */
typedef struct iscsi_ike_plan_info {
  uint32_t size;                   /**< sizeof this struct */
  uint32_t outcome;                /**< iscsi_ike_outcome */
  uint64_t word;                   /**< the security word in force */
  uint32_t mode_count;             /**< how many `modes` */
  uint32_t modes[2];               /**< iscsi_ike_mode */
  uint32_t encapsulation_count;    /**< how many `encapsulations` */
  uint32_t encapsulations[2];      /**< iscsi_ike_encapsulation */
  uint32_t pfs;                    /**< not 0: proposed, or demanded by a responder */
  iscsi_ike_endpoint tunnel_outer; /**< the gateway that is negotiated with; family 0: none */
  uint32_t has_key;                /**< not 0: there is a key */
  uint32_t group_key;              /**< not 0: more than two ends share it */
  uint32_t phase1_count;           /**< see iscsi_ike_plan_phase1 */
  uint32_t phase2_count;           /**< see iscsi_ike_plan_phase2 */
  uint32_t reason_count;           /**< see iscsi_ike_plan_get_reason */
  uint32_t phase1_lifetime_s;      /**< seconds */
  uint32_t phase2_lifetime_s;      /**< seconds */
  uint32_t phase2_lifetime_kb;     /**< kilobytes of 1024; 0: no bound */
  /** Of the key, to be compared with the other end's; "" without a key, and for one that
   * WEAK_KEY warns of, since guesses could be tried on it. */
  char fingerprint[12];
} iscsi_ike_plan_info;
/** Fills `info`. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_plan_get_info(const iscsi_ike_plan* plan,
                                                       iscsi_ike_plan_info* info);

/** Of a reason. */
typedef enum iscsi_ike_severity {
  ISCSI_IKE_SEVERITY_NOTE = 0,
  ISCSI_IKE_SEVERITY_WARNING = 1,
  ISCSI_IKE_SEVERITY_ERROR = 2
} iscsi_ike_severity;
/** One decision of the translator. The texts live as long as the plan. */
typedef struct iscsi_ike_reason {
  uint32_t size;     /**< sizeof this struct */
  uint32_t severity; /**< iscsi_ike_severity */
  const char* code;  /**< stable: "NO_PHASE1_MODE" */
  const char* text;  /**< a sentence for people */
} iscsi_ike_reason;
/** Fills `reason`. @return E_UNKNOWN past reason_count */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_plan_get_reason(const iscsi_ike_plan* plan, size_t index,
                                                         iscsi_ike_reason* reason);
/** @return "aes128-sha256-modp2048"; null past phase1_count. Lives as long as the plan. */
ISCSI_IKE_API const char* iscsi_ike_plan_phase1(const iscsi_ike_plan* plan, size_t index);
/** @return "aes128-sha1-esn"; null past phase2_count. Lives as long as the plan. */
ISCSI_IKE_API const char* iscsi_ike_plan_phase2(const iscsi_ike_plan* plan, size_t index);
/** @return the plan in words, as `iscsi-ike explain` prints it. Lives as long as the plan. */
ISCSI_IKE_API const char* iscsi_ike_plan_text(const iscsi_ike_plan* plan);
/** @return the same as JSON, one object. Lives as long as the plan. */
ISCSI_IKE_API const char* iscsi_ike_plan_json(const iscsi_ike_plan* plan);

/** Fills all octets of `out`. @return 0, or anything else for failure */
typedef int (*iscsi_ike_random_fn)(void* user, uint8_t* out, size_t size);
/** Lines of a trace, each with its newline. `text` lives for the call and may hold keys, see below.
 */
typedef void (*iscsi_ike_text_fn)(void* user, const char* text);
/** Blocks of a binary trace. `data` lives for the call. */
typedef void (*iscsi_ike_octets_fn)(void* user, const uint8_t* data, size_t size);

/** What an engine is told. Only `size` must be set. */
typedef struct iscsi_ike_engine_options {
  uint32_t size;        /**< sizeof this struct */
  uint16_t nat_port;    /**< the local port of RFC 3947 section 4; 0: 4500 */
  uint16_t no_nat_port; /**< not 0: no datagram bears the non-ESP marker */

  /** Randomness: a callback, or a seed for repeatable runs; neither: the system's. Each engine
   * needs a seed of its own: two with the same draw the same cookies, and take each other's answers
   * for reflections. */
  iscsi_ike_random_fn random;
  void* random_user;   /**< handed to `random` */
  const uint8_t* seed; /**< 32 octets, or null */

  const iscsi_ike_plan* const* responders; /**< whom this engine answers, in order; may be null */
  size_t responder_count;                  /**< 0: it only initiates */

  /** Sessions before phase 1 is done whose initiator has come back with this end's cookie, and all
   * of aggressive mode; the oldest gives way. 0: 4096 */
  uint32_t max_half_open;
  uint32_t max_sessions;         /**< half-open ones give way first; 0: 1048576 */
  uint32_t max_children;         /**< of a session; 0: 1024 */
  uint32_t half_open_timeout_ms; /**< 0: 30000 */
  uint32_t linger_ms;            /**< how long a finished exchange answers duplicates; 0: 60000 */
  uint32_t reserved;             /**< 0 */

  iscsi_ike_text_fn
      on_ladder; /**< the exchange as people draw it, with decisions and drops; may be null */
  iscsi_ike_text_fn on_keylog;     /**< Wireshark's ikev1_decryption_table: KEYS; may be null */
  iscsi_ike_text_fn on_esp_keylog; /**< Wireshark's esp_sa: KEYS; may be null */
  iscsi_ike_octets_fn on_pcap;     /**< blocks of a pcapng capture; may be null */
  void* trace_user;                /**< handed to the traces */
  uint64_t pcap_epoch_us;          /**< microseconds since 1970 at the engine's time 0 */

  /** Main modes whose initiator may be nowhere: KiB that they are kept in; the oldest give way. 0:
   * 24576 */
  uint32_t half_open_kib;
  /** Answers to aggressive mode for which nobody has come back. 0: 1024 */
  uint32_t aggressive_at_once;
  uint32_t aggressive_per_second; /**< so many more; 0: 100; ISCSI_IKE_NUMBER_OFF: none */
  uint32_t refusals_per_second;   /**< in clear; 0: 100; ISCSI_IKE_NUMBER_OFF: none */
} iscsi_ike_engine_options;

/** iscsi_ike_engine is any number of sessions of one end. */
typedef struct iscsi_ike_engine iscsi_ike_engine;

/**
 * Makes an engine.
 * @param error may be null
 * @return E_POLICY: a responder's plan allows nothing or has no key; E_RANDOM
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_engine_new(const iscsi_ike_engine_options* options,
                                                    iscsi_ike_engine** engine,
                                                    iscsi_ike_error* error);
/** Says nothing to any peer; close sessions first. `engine` may be null. */
ISCSI_IKE_API void iscsi_ike_engine_free(iscsi_ike_engine* engine);
/** @return how many sessions there are, half-open and lingering ones included */
ISCSI_IKE_API size_t iscsi_ike_session_count(const iscsi_ike_engine* engine);

/** What an engine has done, and kept from doing, since it was made. */
typedef struct iscsi_ike_counters {
  uint32_t size;               /**< sizeof this struct */
  uint32_t reserved;           /**< 0 */
  uint64_t datagrams_received; /**< given to iscsi_ike_receive */
  uint64_t datagrams_sent;     /**< for iscsi_ike_poll_datagram */
  uint64_t datagrams_dropped; /**< received and not used, but that a duplicate was answered again */
  uint64_t main_answered;     /**< MM1 that got MM2 */
  uint64_t aggressive_answered;   /**< AM1 for which AM2 was begun */
  uint64_t aggressive_withheld;   /**< AM1 beyond aggressive_at_once */
  uint64_t half_open_expired;     /**< MM1 whose initiator never came back */
  uint64_t half_open_gave_way;    /**< MM1 beyond half_open_kib */
  uint64_t sources_verified;      /**< initiators that came back with this end's cookie */
  uint64_t sessions_gave_way;     /**< half open, beyond max_half_open or max_sessions */
  uint64_t refusals_withheld;     /**< beyond refusals_per_second */
  uint64_t long_answers_withheld; /**< longer than the message of whom nobody knows */
  uint64_t sessions_established;  /**< phase 1 authenticated by both ends */
  uint64_t children_established;  /**< keyed pairs of ESP SAs */
  uint64_t failures;              /**< FAILED events */
  uint64_t half_open;             /**< at present: MM1 that got MM2, and nobody has come back */
  uint64_t sessions;              /**< at present: all others */
  uint64_t sessions_withheld;     /**< initiators refused for want of room: max_sessions is reached,
                                     and none is half open */
} iscsi_ike_counters;
/** Fills `counters`. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_engine_get_counters(const iscsi_ike_engine* engine,
                                                             iscsi_ike_counters* counters);

/**
 * Starts phase 1 as initiator, and after it the first child.
 * @param session its number, never 0
 * @param error may be null
 * @return E_POLICY: the plan allows nothing, has no key or no remote endpoint, or is a responder's;
 *   E_LIMIT; E_RANDOM
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_connect(iscsi_ike_engine* engine, uint64_t now,
                                                 const iscsi_ike_plan* plan, uint32_t* session,
                                                 iscsi_ike_error* error);

/**
 * Negotiates a further child, as soon as phase 1 is done and not too many are under way.
 * @param local_selector as in iscsi_ike_plan_options; may be null
 * @param remote_selector likewise
 * @param child its number, never 0
 * @return E_UNKNOWN: no such session; E_LIMIT; E_SYNTAX
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_negotiate(iscsi_ike_engine* engine, uint64_t now,
                                                   uint32_t session, const char* local_selector,
                                                   const char* remote_selector, uint32_t* child,
                                                   iscsi_ike_error* error);

/** Rekeys phase 1 (`child` 0) or one child now. Numbers that are unknown are ignored. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_rekey(iscsi_ike_engine* engine, uint64_t now,
                                               uint32_t session, uint32_t child);
/**
 * Closes the session with all its children (`child` 0) or one child, and tells the peer. A running
 * negotiation ends with a FAILED event. Numbers that are unknown are ignored.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_close(iscsi_ike_engine* engine, uint64_t now,
                                               uint32_t session, uint32_t child);
/** The child has carried so many octets in all, one way or the other: for lifetimes in kilobytes.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_report_use(iscsi_ike_engine* engine, uint64_t now,
                                                    uint32_t session, uint32_t child,
                                                    uint64_t octets);

/** Takes a UDP payload that has arrived. Whatever it holds, that is no error. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_receive(iscsi_ike_engine* engine, uint64_t now,
                                                 const iscsi_ike_endpoint* local,
                                                 const iscsi_ike_endpoint* remote,
                                                 const uint8_t* data, size_t size);
/** Does what is due. Early and repeated calls do nothing. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_timeout(iscsi_ike_engine* engine, uint64_t now);
/** When iscsi_ike_timeout is due next. @return OK_NONE: never */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_next_timeout(iscsi_ike_engine* engine, uint64_t* when);

/**
 * The next UDP payload to send.
 * @param buffer may be null when `*size` is 0
 * @param size see Buffers above; no datagram is longer than 65507 octets, and hardly one longer
 * than 2048
 * @return OK_NONE; E_TOO_SMALL: the datagram stays
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_poll_datagram(iscsi_ike_engine* engine,
                                                       iscsi_ike_endpoint* local,
                                                       iscsi_ike_endpoint* remote, uint8_t* buffer,
                                                       size_t* size);

/** @name Diffie-Hellman
 * A job is all that an exponentiation needs and gives. It may be run anywhere, at any time later,
 * be dropped, and outlive its engine; a session waits for it no longer than for its peer.
 */
/**@{*/
/** iscsi_ike_dh_job is one exponentiation. */
typedef struct iscsi_ike_dh_job iscsi_ike_dh_job;
/** iscsi_ike_dh_runner computes jobs, many at a time in wide registers where the processor has
 * them. */
typedef struct iscsi_ike_dh_runner iscsi_ike_dh_runner;

/** What a job computes. */
typedef enum iscsi_ike_dh_operation {
  ISCSI_IKE_DH_GENERATE = 0, /**< output: g^private_key, public_size octets */
  ISCSI_IKE_DH_AGREE = 1     /**< output: peer_public^private_key, shared_size octets */
} iscsi_ike_dh_operation;

/** What a job is made of. The octets live as long as the job. */
typedef struct iscsi_ike_dh_info {
  uint32_t size;                /**< sizeof this struct */
  uint32_t operation;           /**< iscsi_ike_dh_operation */
  uint32_t group;               /**< number of the wire: 14 is modp2048, 19 ecp256, 31 curve25519 */
  uint32_t done;                /**< not 0: it has a result */
  iscsi_ike_octets private_key; /**< SECRET. MODP: an exponent, most significant octet first; ECP
                                   likewise a scalar; X25519: 32 octets as RFC 7748 has them */
  iscsi_ike_octets peer_public; /**< agree only: as it was in the KE payload */
  size_t output_size;           /**< octets that the result must have */
} iscsi_ike_dh_info;

/**
 * The next job. It belongs to the caller until iscsi_ike_finish_dh. While many wait, the addresses
 * of peers take turns, and what nobody waits for any more is left out: poll no more at a time than
 * will be computed soon.
 * @return OK_NONE
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_poll_dh(iscsi_ike_engine* engine, iscsi_ike_dh_job** job);
/**
 * Takes a job back and frees it, in every case, errors too. A job of a session that is gone, or of
 * another engine, is dropped; one that nobody ran counts as failed.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_finish_dh(iscsi_ike_engine* engine, uint64_t now,
                                                   iscsi_ike_dh_job* job);
/** Drops a job. `job` may be null. */
ISCSI_IKE_API void iscsi_ike_dh_free(iscsi_ike_dh_job* job);
/** Fills `info`. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_dh_get_info(const iscsi_ike_dh_job* job,
                                                     iscsi_ike_dh_info* info);
/** The result that was computed elsewhere, left-padded to output_size. @return E_INVALID: another
 * size */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_dh_set_output(iscsi_ike_dh_job* job, const uint8_t* data,
                                                       size_t size);
/**
 * The computation failed. `peer_value` not 0: because the peer's value is not acceptable, which
 * ends no negotiation that is not authenticated yet; of a job that has none, the same as 0.
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_dh_set_failed(iscsi_ike_dh_job* job, int peer_value);

/** Makes a runner: one for each thread. It keeps tables, so keep it. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_dh_runner_new(iscsi_ike_dh_runner** runner);
/** `runner` may be null. */
ISCSI_IKE_API void iscsi_ike_dh_runner_free(iscsi_ike_dh_runner* runner);
/**
 * Computes jobs, those of one group and operation side by side; jobs that are done stay as they
 * are.
 * @return E_INVALID: one of them is null, or there twice; none has been computed
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_dh_run(iscsi_ike_dh_runner* runner,
                                                iscsi_ike_dh_job* const* jobs, size_t count);
/** Computes on the spot whatever jobs the engine has, until it has none. */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_run_dh(iscsi_ike_engine* engine, uint64_t now);
/**@}*/

/**
 * @name Checkpoints
 * The whole state of an engine, mid-exchange included, in a box sealed under a key of the host's.
 * An engine made from it does, octet for octet, what the first one would have done, here or in
 * another process. Jobs whose result is still due are handed out again by iscsi_ike_poll_dh;
 * results of those handed out before are as good. With a seed its place is in the box; with a
 * callback it is the host's to keep.
 */
/**@{*/
/**
 * Writes the state; the engine goes on unchanged.
 * @param engine the engine; what is left to poll is in the box too, the last polled event is not
 * @param seal_key 32 octets
 * @param box room for the box
 * @param size see Buffers above
 * @param error may be null
 * @return E_TOO_SMALL; E_CRYPTO: libsodium refused
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_engine_save(iscsi_ike_engine* engine,
                                                     const uint8_t* seal_key, uint8_t* box,
                                                     size_t* size, iscsi_ike_error* error);
/**
 * Makes an engine from a box.
 * @param options callbacks alone: traces (with `pcap_epoch_us`), and randomness where the first
 * engine had a callback, and only there. Everything else is in the box and must be zero here.
 * @param seal_key 32 octets
 * @param box what iscsi_ike_engine_save wrote
 * @param size octets of it
 * @param engine the engine
 * @param error may be null
 * @return E_DAMAGED: changed, of another version, or under another key; E_CRYPTO: libsodium refused
 */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_engine_restore(const iscsi_ike_engine_options* options,
                                                        const uint8_t* seal_key, const uint8_t* box,
                                                        size_t size, iscsi_ike_engine** engine,
                                                        iscsi_ike_error* error);
/**@}*/

/** @name Events */
/**@{*/
/** What an event tells, and which of its members. */
typedef enum iscsi_ike_event_type {
  ISCSI_IKE_EVENT_PHASE1_ESTABLISHED = 1, /**< both ends are authenticated: `phase1` */
  ISCSI_IKE_EVENT_CHILD_ESTABLISHED = 2,  /**< keys: `child_sa` */
  ISCSI_IKE_EVENT_CHILD_DELETED = 3,  /**< the peer no longer receives on it; never a disconnect */
  ISCSI_IKE_EVENT_SESSION_CLOSED = 4, /**< the ISAKMP SA is gone; its children live on: `reason` */
  /** A session (`child` 0) or a child came to nothing: `failure`. Its number is gone. An engine
   * that refuses a first message keeps nothing of it: each repetition is told again. */
  ISCSI_IKE_EVENT_FAILED = 5,
  ISCSI_IKE_EVENT_DIAGNOSED = 6,     /**< ends nothing, but trouble is likely: `failure` */
  ISCSI_IKE_EVENT_PEER_NOTIFIED = 7, /**< an authenticated notification: `notify` */
  ISCSI_IKE_EVENT_CHILD_CLOSED = 8,  /**< this end no longer receives on it: `reason` */
  ISCSI_IKE_EVENT_SESSION_REPLACED =
      9,                           /**< `session` has taken over the children of `other_session` */
  ISCSI_IKE_EVENT_PEER_MOVED = 10, /**< datagrams go to `remote` from now on */
  ISCSI_IKE_EVENT_PEER_UNRESPONSIVE = 11, /**< dead peer detection; ends nothing */
  ISCSI_IKE_EVENT_PEER_ALIVE = 12
} iscsi_ike_event_type;

/** Why a session or a child ended. */
typedef enum iscsi_ike_close_reason {
  ISCSI_IKE_CLOSE_BY_CALLER = 0,
  ISCSI_IKE_CLOSE_BY_PEER = 1,
  ISCSI_IKE_CLOSE_EXPIRED = 2,
  ISCSI_IKE_CLOSE_REPLACED = 3
} iscsi_ike_close_reason;

/**
 * An ISAKMP SA. The numbers of its algorithms are the attribute values of RFC 2409 Appendix A, as
 * IANA keeps them ("Internet Key Exchange (IKE) Attributes").
 */
typedef struct iscsi_ike_phase1 {
  uint32_t size;               /**< of this struct as the library has it */
  uint32_t role;               /**< iscsi_ike_role of this end */
  uint32_t mode;               /**< iscsi_ike_mode */
  uint32_t encryption;         /**< 5 is 3DES-CBC, 7 AES-CBC */
  uint32_t key_bits;           /**< of the cipher; 192 for 3DES */
  uint32_t hash;               /**< 1 is MD5, 2 SHA, 4 SHA2-256, 5 SHA2-384, 6 SHA2-512 */
  uint32_t group;              /**< 14 is modp2048, 19 ecp256, 31 curve25519 */
  uint32_t lifetime_s;         /**< seconds */
  uint32_t nat_local;          /**< not 0: this end is behind a translator */
  uint32_t nat_remote;         /**< not 0: the peer is */
  uint8_t initiator_cookie[8]; /**< the first half of its name (RFC 2408 section 2.5.3) */
  uint8_t responder_cookie[8]; /**< the second half */
  const char* suite;           /**< "aes128-sha256-modp2048" */
  const char* local_identity;  /**< "ipv4:192.0.2.1" */
  const char* remote_identity; /**< as authenticated */
} iscsi_ike_phase1;

/** One direction of an ESP SA, keyed (RFC 2409 section 5.5). */
typedef struct iscsi_ike_sa_keys {
  uint32_t spi;                /**< in host order */
  uint32_t reserved;           /**< 0 */
  iscsi_ike_octets encryption; /**< SECRET: cipher key, then CTR nonce or GCM salt */
  iscsi_ike_octets integrity;  /**< SECRET; none for GCM */
} iscsi_ike_sa_keys;

/**
 * A pair of keyed ESP SAs. The numbers of their algorithms are those of RFC 2407 sections 4.4.4 and
 * 4.5, as IANA keeps them ("Magic Numbers for ISAKMP Protocol").
 */
typedef struct iscsi_ike_child_sa {
  uint32_t size;              /**< of this struct as the library has it */
  uint32_t role;              /**< iscsi_ike_role of this end in the quick mode */
  uint32_t encapsulation;     /**< iscsi_ike_encapsulation */
  uint32_t replaces;          /**< the child that this one follows, or 0 */
  uint32_t transform;         /**< 3 is 3DES, 11 NULL, 12 AES-CBC, 13 AES-CTR, 18 to 20 AES-GCM
                                   with a check value of 8, 12 and 16 octets */
  uint32_t key_bits;          /**< of the cipher, without nonce or salt; 192 for 3DES, 0 for NULL */
  uint32_t authentication;    /**< 2 is HMAC-SHA, 5 HMAC-SHA2-256, 6 HMAC-SHA2-384, 7
                                   HMAC-SHA2-512, 9 AES-XCBC-MAC; 0: none, for GCM */
  uint32_t esn;               /**< not 0: sequence numbers of 64 bits (RFC 4304) */
  uint32_t pfs_group;         /**< number, or 0 */
  uint32_t lifetime_s;        /**< 0: no bound */
  uint32_t lifetime_kb;       /**< kilobytes of 1024; 0: no bound */
  uint32_t udp_encapsulated;  /**< not 0: ESP travels in UDP (RFC 3948) */
  const char* suite;          /**< "aes128-sha1-esn" */
  const char* local_selector; /**< "192.0.2.1/32 tcp any" */
  const char* remote_selector; /**< likewise, of the peer */
  iscsi_ike_endpoint local;    /**< where ESP goes from */
  iscsi_ike_endpoint remote;   /**< and to */
  iscsi_ike_sa_keys inbound;   /**< SPI chosen by this end */
  iscsi_ike_sa_keys outbound;  /**< SPI chosen by the peer */
} iscsi_ike_child_sa;

/** Why a negotiation failed, or is likely to. */
typedef struct iscsi_ike_failure {
  uint32_t size;        /**< of this struct as the library has it */
  uint32_t peer_notify; /**< number of the peer's notification, or 0 */
  const char* code;     /**< stable: "NO_PHASE1_PROPOSAL" */
  const char* blame;    /**< "incompatible", "authentication", "timeout", ... */
  const char* summary;  /**< what the code means */
  const char* text;     /**< what happened; iscsi_ike_event_text has all that is known */
} iscsi_ike_failure;

/** Something that happened. Whatever it points to lives until the next iscsi_ike_poll_event. */
typedef struct iscsi_ike_event {
  uint32_t size;                      /**< sizeof this struct */
  uint32_t type;                      /**< iscsi_ike_event_type */
  uint32_t session;                   /**< whose it is */
  uint32_t child;                     /**< 0: none is meant */
  uint32_t other_session;             /**< SESSION_REPLACED: the older one */
  uint32_t reason;                    /**< iscsi_ike_close_reason */
  uint32_t notify;                    /**< number of the notification */
  uint32_t inbound_spi;               /**< of the child, in host order; 0: none */
  uint32_t outbound_spi;              /**< likewise */
  uint32_t reserved;                  /**< 0 */
  iscsi_ike_endpoint remote;          /**< where the peer is, where that is known */
  const char* peer;                   /**< the peer's name */
  const iscsi_ike_phase1* phase1;     /**< null but for PHASE1_ESTABLISHED */
  const iscsi_ike_child_sa* child_sa; /**< null but for CHILD_ESTABLISHED */
  const iscsi_ike_failure* failure;   /**< null but for FAILED and DIAGNOSED */
} iscsi_ike_event;

/** The next event; the one before it is forgotten, with its keys. @return OK_NONE */
ISCSI_IKE_API iscsi_ike_status iscsi_ike_poll_event(iscsi_ike_engine* engine,
                                                    iscsi_ike_event* event);
/**
 * The last event in words, in lines: of a failure every refused transform with what was offered and
 * allowed, evidence and hints. Never a key.
 * @return null when there was none, or memory is short. Lives until the next iscsi_ike_poll_event.
 */
ISCSI_IKE_API const char* iscsi_ike_event_text(iscsi_ike_engine* engine);
/** @return "CHILD_ESTABLISHED". Static. */
ISCSI_IKE_API const char* iscsi_ike_event_name(uint32_t type);
/**@}*/

/**
 * @name Memory
 * Two functions that a program may define, and then links libiscsi_ike_memory too: all memory of
 * the library comes from the one and goes to the other (so does what else of the program is
 * allocated by C++'s new). They may be called by every thread that calls the library. What
 * libcrypto allocates for itself goes through its own hook, CRYPTO_set_mem_functions.
 */
/**@{*/
/** @return `size` octets at a multiple of `alignment`, or null when there is no memory */
void* iscsi_ike_allocate(size_t size, size_t alignment);
/** Takes back what iscsi_ike_allocate gave; never null. */
void iscsi_ike_release(void* memory);
/**@}*/

#ifdef __cplusplus
}
#endif

#endif
