package org.example.library;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Logger;

/**
 * Lends books to members.
 *
 * <p>A book that is lent twice is an error of the desk, not of the member.
 */
public final class LendingDesk {
    private static final Logger LOG = Logger.getLogger("desk");
    private static final int DAYS = 28;

    private final Map<String, LocalDate> dueDates = new HashMap<>();

    /**
     * Lends a book and returns the day on which it is due.
     *
     * @param isbn the book, e.g. {@code 978-3-16-148410-0}
     * @param today the day of lending
     * @return the day on which it is due
     */
    public LocalDate lend(String isbn, LocalDate today) {
        Objects.requireNonNull(isbn);
        // Check if the book is already lent
        if (dueDates.get(isbn) != null) {
            throw new IllegalStateException("The book is lent until " + dueDates.get(isbn));
        }
        LocalDate due = today.plusDays(DAYS);
        dueDates.put(isbn, due);
        return due;
    }

    /** Takes a book back; this method returns the fine in cents. */
    public int takeBack(String isbn, LocalDate today) {
        LocalDate due = dueDates.remove(isbn);
        if (due == null) {
            return 0;
        } else if (!today.isAfter(due)) {
            return 0;
        } else {
            return (int) (today.toEpochDay() - due.toEpochDay()) * 10;
        }
    }

    // Defensive: reminders must never stop the nightly run — a failure is logged and the next member follows.
    public void remind(Mailer mailer) {
        for (Map.Entry<String, LocalDate> entry : dueDates.entrySet()) {
            try {
                mailer.send("Please bring back " + entry.getKey() + "…", entry.getValue());
            } catch (Exception e) {
                LOG.warning("Failed to remind: " + e.getMessage());
            }
        }
    }

    /** Sends reminders. */
    public interface Mailer {
        void send(String text, LocalDate due);
    }
}
