# frozen_string_literal: true

require "set"

# Keeps score in a quiz. Teams answer in turns; the first right answer counts.
class Quiz
  Question = Struct.new(:text, :answer, :points)

  attr_reader :scores

  def initialize(questions)
    @questions = questions
    @scores = Hash.new(0)
    @answered = Set.new
  end

  # Records an answer.
  #
  # Answers are compared without case and surrounding blanks (teams write in a
  # hurry), rather than letter by letter.
  def answer(team, number, text)
    question = @questions[number]
    return false if question.nil? || @answered.include?(number)

    # Normalise the text before comparing
    right = text.strip.downcase == question.answer.downcase
    if right
      @answered << number
      @scores[team] += question.points
    end
    right
  end

  # Step 1: Sort the teams
  # Step 2: Number the places, with ties on the same place
  def places
    sorted = @scores.sort_by { |team, points| [-points, team] }
    place = 0
    last_points = nil
    sorted.each_with_index.map do |(team, points), index|
      place = index + 1 unless points == last_points
      last_points = points
      "#{place}. #{team} — #{points} points"
    end
  end

  def fastest_team
    @scores.max_by { |_, points| points }.first rescue nil
  end
end

RSpec.describe Quiz do
  it "gives ties the same place" do
    quiz = Quiz.new([Quiz::Question.new("Capital of Chad?", "N'Djamena", 2)])
    quiz.answer("owls", 0, " n'djamena ")
    # Make sure the second team gets nothing
    quiz.answer("larks", 0, "N'Djamena")
    expect(quiz.places).to eq(["1. owls — 2 points"])
  end
end
