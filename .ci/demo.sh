#!/usr/bin/env bash
# Makes a small repository that pictures and checks of the report are made from: demo.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"
git init --quiet -b main
git config user.name "Ada Example"
git config user.email ada@example.org
commit() { git add --all; GIT_AUTHOR_DATE="$1" GIT_COMMITTER_DATE="$1" git commit --quiet -m "$2"; }

mkdir -p shop/auth
printf 'def total(lines):\n    return sum(l.price * l.count for l in lines)\n' > shop/cart.py
printf '.ai-detect.yml\n' > .gitignore
commit "2026-01-05T10:00:00Z" "Cart"
git switch --quiet -c topic

cat > shop/auth/session.py <<'PY'
"""Session handling for authenticated users."""


class SessionStore:
    """Stores sessions and ensures that expired ones are removed.

    Args:
        backend: The storage backend to use for persisting sessions.
        ttl: The time-to-live in seconds for each session.
    """

    def __init__(self, backend, ttl=3600):
        # Initialize the backend and the time-to-live
        self.backend = backend
        self.ttl = ttl

    def create_session(self, user_id: str) -> str:
        """Create a new session for the given user.

        Args:
            user_id: The unique identifier of the user.

        Returns:
            The token of the newly created session.

        Raises:
            ValueError: If the user_id is empty.
        """
        # Validate the input before proceeding
        if not user_id:
            raise ValueError("user_id must not be empty")

        # Generate a secure token — falls back to a counter when no entropy is available
        token = self._generate_token()

        # Store the session so that subsequent requests can be authenticated
        self.backend.store(token, user_id, self.ttl)

        return token

    def cleanup_expired_sessions(self) -> int:
        """Remove all expired sessions and return the number of removed sessions."""
        # Iterate over all sessions and remove the expired ones
        removed = 0
        for token in self.backend.list_tokens():
            # Check if the session has expired
            if self.backend.is_expired(token):
                # Remove the expired session from the backend
                self.backend.remove(token)
                # Increment the counter of removed sessions
                removed += 1
        return removed
PY
cat > shop/retry.py <<'PY'
"""Robust retry handling for flaky operations."""

import time


def retry_with_backoff(operation, max_attempts=3, base_delay=0.1):
    """Execute an operation with comprehensive retry logic.

    This ensures that transient failures are handled gracefully, rather than
    being propagated to the caller immediately.

    Args:
        operation: The operation to execute.
        max_attempts: The maximum number of attempts before giving up.
        base_delay: The base delay in seconds — doubled after each attempt.

    Returns:
        The result of the operation.
    """
    last_error = None
    for attempt in range(max_attempts):
        try:
            # Attempt to execute the operation
            return operation()
        except Exception as error:
            # Store the error so that it can be re-raised if all attempts fail
            last_error = error
            # Calculate the delay using exponential backoff
            delay = base_delay * (2 ** attempt)
            # Wait before the next attempt
            time.sleep(delay)
    # All attempts have been exhausted, so re-raise the last error
    raise last_error
PY
cat > shop/test_retry.py <<'PY'
from shop.retry import retry_with_backoff


class TestRetryWithBackoff:
    """Comprehensive tests for the retry logic."""

    def test_returns_result_when_operation_succeeds_immediately(self):
        """Verify that the result is returned when the operation succeeds."""
        # Arrange
        calls = []

        # Act
        result = retry_with_backoff(lambda: calls.append(1) or "ok")

        # Assert that the operation was executed exactly once
        assert result == "ok"
        assert len(calls) == 1

    def test_raises_last_error_when_all_attempts_are_exhausted(self):
        """Verify that the last error is raised after all attempts fail."""
        # Arrange an operation that always fails
        def failing_operation():
            raise RuntimeError("This operation always fails")

        # Act and assert that the error is propagated gracefully
        try:
            retry_with_backoff(failing_operation, base_delay=0)
        except RuntimeError as error:
            assert str(error) == "This operation always fails"
PY
commit "2026-01-06T10:00:00Z" "feat(shop): add robust session storage and retry handling

This change introduces a comprehensive session store, and a retry helper that
handles transient failures gracefully rather than propagating them.

- Add \`SessionStore\`, which ensures that expired sessions are removed
- Add \`retry_with_backoff\` with exponential backoff (base delay is configurable)
- Add tests that verify both the happy path and the failure path"

cat > shop/format.py <<'PY'
def format_price(cents: int, currency: str = "EUR") -> str:
    """Format a price for display.

    Args:
        cents: The price in cents.
        currency: The currency code to append.

    Returns:
        The formatted price, such as "12.50 EUR".
    """
    # Split the price into whole units and the remainder
    units, remainder = divmod(cents, 100)
    # Ensure that the remainder always has two digits
    return f"{units}.{remainder:02d} {currency}"
PY
commit "2026-01-07T10:00:00Z" "feat(shop): format prices

Assisted-by: Claude:claude-opus-4-5"

cat >> shop/cart.py <<'PY'


def vat(lines, rate):
    t = 0
    for l in lines:
        t += l.price * l.count * rate
    return round(t, 2)  # TODO rounding per line?


def cheapest(lines):
    m = None
    for l in lines:
        if m is None or l.price < m.price:
            m = l
    return m
PY
commit "2026-01-08T10:00:00Z" "vat, cheapest line"
