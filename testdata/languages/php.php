<?php

declare(strict_types=1);

namespace Example\Choir;

/**
 * A singer and the voice that they sing.
 */
final class Singer
{
    public function __construct(
        public readonly string $name,
        public readonly string $voice,
    ) {
    }
}

/**
 * Decides who sings in which concert.
 */
class Roster
{
    /** @var array<string, Singer[]> */
    private array $byVoice = [];

    public function add(Singer $singer): void
    {
        // Use the voice as the key, so no lookup has to walk all singers
        $this->byVoice[$singer->voice][] = $singer;
    }

    /**
     * Picks singers of every voice.
     *
     * @param int $perVoice
     * @return Singer[]
     */
    public function pick(int $perVoice): array
    {
        $picked = [];
        foreach ($this->byVoice as $voice => $singers) {
            if (count($singers) < $perVoice) {
                throw new \RuntimeException("Too few singers of {$voice}: need {$perVoice}");
            }
            $picked = array_merge($picked, array_slice($singers, 0, $perVoice));
        }
        return $picked;
    }

    // we should probably sort by seniority here, but nobody asked for it yet
    public function names(): string
    {
        $names = [];
        foreach ($this->byVoice as $singers) {
            foreach ($singers as $singer) {
                $names[] = $singer?->name ?? 'unknown';
            }
        }
        //sort($names);
        return implode(', ', $names) . ' ✓';
    }
}
