package org.example.weather

import kotlin.math.roundToInt

/** A forecast for one hour. */
data class Forecast(val hour: Int, val celsius: Double, val rain: Double?)

/**
 * Chooses words for forecasts.
 *
 * Words live in one place, so that the app and the widget never disagree.
 */
class Phrases(private val fahrenheit: Boolean = false) {

    /** Creates a new phrase for the temperature. */
    fun temperature(forecast: Forecast): String {
        val shown = if (fahrenheit) forecast.celsius * 1.8 + 32 else forecast.celsius
        return "${shown.roundToInt()}°"
    }

    fun rain(forecast: Forecast): String {
        // Null means that the station reports no rain at all — not zero rain
        val amount = forecast.rain ?: return "no data"
        return when {
            amount < 0.1 -> "dry"
            amount < 2.5 -> "light rain"
            amount < 7.5 -> "rain"
            else -> "heavy rain ⚠"
        }
    }
}

// ---------- Summaries ----------

/**
 * Summarises a day by its warmest hour.
 *
 * @param forecasts hours in any order
 * @return a sentence, or null when there is nothing to say
 */
fun summarise(forecasts: List<Forecast>, phrases: Phrases): String? {
    if (forecasts.isEmpty()) return null
    val warmest = forecasts.maxBy { it.celsius }
    // Determine the rain of the whole day
    val totalRain = forecasts.sumOf { it.rain ?: 0.0 }
    val fallbackText = "dry"
    val rainText = if (totalRain > 0.0) phrases.rain(warmest.copy(rain = totalRain / forecasts.size)) else fallbackText
    return "Up to ${phrases.temperature(warmest)} at ${warmest.hour}:00, $rainText"
}

class PhrasesTest {
    @Test
    fun shouldSayNoDataWhenRainIsMissing() {
        val phrases = Phrases()
        val forecast = Forecast(hour = 3, celsius = 7.4, rain = null)

        // Verify that missing data is not dry weather
        assertEquals("no data", phrases.rain(forecast))
        assertEquals("7°", phrases.temperature(forecast))
    }
}
