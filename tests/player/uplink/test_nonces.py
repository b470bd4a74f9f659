"""What was sent a moment ago is known again, and nothing else is."""

from player.uplink.nonces import MOST_KEPT, Nonces


def test_a_nonce_is_known_with_the_moment_it_was_made_and_never_given_twice() -> None:
    nonces = Nonces()
    given = [nonces.next(float(n)) for n in range(MOST_KEPT)]
    assert len(set(given)) == MOST_KEPT
    assert [nonces.sent(each) for each in given] == [float(n) for n in range(MOST_KEPT)]


def test_only_the_newest_are_known_and_none_of_another_run() -> None:
    nonces, former = Nonces(), Nonces().next(1.0)
    oldest = nonces.next(1.0)
    for _ in range(MOST_KEPT):
        nonces.next(2.0)
    assert (nonces.sent(oldest), nonces.sent(former), nonces.sent("")) == (None, None, None)
