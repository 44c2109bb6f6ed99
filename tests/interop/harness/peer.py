"""What a daemon must be able to do to be tested against. One file in peers/ for each."""

import abc

from . import keys, requirements


class Peer(abc.ABC):
    """A daemon at network.theirs. Used as `with SomePeer(network, folder, shim) as peer:`."""

    name = "?"
    programs = ()  # that must be installed
    shown_keys = keys.PHASE1 + keys.CHILD  # what of harness.keys the daemon can be made to show
    renews_on_request = True  # whether it can `rekey_ike`
    phrases = {}  # what the daemon logs in the situations that cases/failures.py names: regular expressions
    deviations = ()  # harness.case.Deviation: where it does something else than is expected of every peer

    @classmethod
    def missing(cls, cache):
        """Returns why this peer cannot run on this machine, or None. What has to be fetched goes into the
        folder `cache`."""
        return next((f"needs {program}, which is not installed" for program in cls.programs
                     if not requirements.find(program)), None)

    @abc.abstractmethod
    def __enter__(self):
        """Starts the daemon and waits until it answers."""

    @abc.abstractmethod
    def __exit__(self, *_):
        """Stops it."""

    @abc.abstractmethod
    def load(self, settings):
        """Replaces the daemon's configuration by this one, from the peer's side of it."""

    @abc.abstractmethod
    def initiate(self, patience):
        """Starts a negotiation with us. Returns True when the child SA is up."""

    @abc.abstractmethod
    def clear(self):
        """Forgets every SA, so that the next case starts from nothing."""

    @abc.abstractmethod
    def mark(self):
        """Where the log ends now."""

    @abc.abstractmethod
    def log_since(self, mark):
        """The log from there on."""

    @abc.abstractmethod
    def keys_since(self, mark):
        """The keys (harness.keys names) that the log shows from there on."""

    @abc.abstractmethod
    def was_deleted_since(self, mark):
        """Whether the log says that our Delete of the ISAKMP SA arrived."""

    @abc.abstractmethod
    def sas(self):
        """How many ISAKMP SAs and how many children are up; children that others have followed need not count."""

    @abc.abstractmethod
    def spis(self):
        """The SPIs of all children that are there, as eight hexadecimal digits."""

    @abc.abstractmethod
    def restart(self):
        """Crashes, and is there again with the same configuration and no SA; its log goes on."""

    @abc.abstractmethod
    def freeze(self):
        """Stops the daemon in the middle of whatever it does."""

    @abc.abstractmethod
    def thaw(self):
        """Lets it go on."""

    def load_files(self, folder):
        """Replaces the configuration by the files that `iscsi-ike render` wrote for this daemon."""
        raise NotImplementedError

    # What a daemon does on request while the SAs are up. A peer that cannot do it leaves it as it is.

    def delete_child(self):
        """Deletes the child SA, and says so to us."""
        raise NotImplementedError

    def delete_ike(self):
        """Deletes the ISAKMP SA, and says so to us."""
        raise NotImplementedError

    def rekey_child(self):
        """Starts another quick mode for the same child."""
        raise NotImplementedError

    def rekey_ike(self):
        """Starts another phase 1 with us."""
        raise NotImplementedError

    def differences(self, ours, mark, names=keys.PHASE1 + keys.CHILD):
        """Sentences about the keys of ours that are not those that the daemon shows."""
        return keys.differences(ours, self.keys_since(mark), [n for n in names if n in self.shown_keys])
