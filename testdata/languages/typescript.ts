import { readFile } from "node:fs/promises";

/** One seat of a plan, by row and number. */
export interface Seat {
  row: string;
  number: number;
  taken?: boolean;
}

export type SeatKey = `${string}-${number}`;

/**
 * Builds the canonical key of a seat, matching the labels on the printed plan.
 */
export function seatKey(seat: Seat): SeatKey {
  return `${seat.row.toUpperCase()}-${seat.number}`;
}

export class SeatPlan {
  private readonly seats = new Map<SeatKey, Seat>();

  constructor(seats: Seat[]) {
    for (const seat of seats) {
      this.seats.set(seatKey(seat), seat);
    }
  }

  /**
   * Reserves neighbouring seats.
   * @param row The row to look in
   * @param count How many seats are needed
   */
  reserve(row: string, count: number): Seat[] | null {
    const free = [...this.seats.values()].filter((seat) => seat.row === row && !seat.taken);
    // Sort by number, so the first run found is the one nearest to the aisle
    free.sort((a, b) => a.number - b.number);
    for (let start = 0; start + count <= free.length; start++) {
      const run = free.slice(start, start + count);
      if (run[count - 1].number - run[0].number !== count - 1) {
        continue; // not neighbours
      }
      run.forEach((seat) => {
        seat.taken = true;
      });
      return run;
    }
    return null;
  }
}

export async function loadPlan(path: string): Promise<SeatPlan> {
  let seats: Seat[] = [];
  try {
    const raw = JSON.parse(await readFile(path, "utf8")) as unknown as { seats: Seat[] };
    seats = raw.seats ?? [];
  } catch {
    // Fall back to an empty plan rather than refusing to start
    seats = [];
  }
  return new SeatPlan(seats);
}

// For now only one hall is supported, see https://example.org/halls
export const HALLS = ["main"];
