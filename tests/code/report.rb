# frozen_string_literal: true

require 'json'
require 'time'

# Builds reports from rows; knows five kinds of heredocs.
class Report
  HEADER = <<~HEAD
    Report of #{Time.now.year}
    ------------------------
  HEAD

  SQL = <<-SQL.gsub(/\s+/, ' ').strip
    SELECT id, name
      FROM customers
     WHERE bits & (1 << 3) > 0
  SQL

  RAW = <<'RAW'
#{not_interpolated} and $stdout and <%= erb %>
RAW

  class << self
    attr_accessor :registry

    def <<(row)
      (self.registry ||= []) << row
      self
    end
  end

  def initialize(rows)
    @rows = rows
    @lines = []
  end

  def build
    @lines << HEADER << "\n"
    @rows.each do |row|
      @lines<<format('%-10s %d', row[:name], row[:count]<<1)
      @lines << row.fetch(:tags, []).map { |tag| "<#{tag}>" }.join
    end
    @lines << <<~FOOTER << footer_note
      Total: #{@rows.sum { |row| row[:count] }}
      Shifted: #{@rows.size << 4 >> 2}
    FOOTER
    @lines.join("\n")
  end

  def footer_note
    [<<~ONE, <<~TWO].join(' ')
      first
    ONE
      second
    TWO
  end

  def self.flags(n)
    (0...n).reduce(0) { |acc, i| acc | 1<<i }
  end

  def log(io = $stdout)
    io << 'done' << "\n"
    $stderr<<"warned\n" if $VERBOSE
    io << JSON.pretty_generate(rows: @rows) << "\n"
  end
end

Report << { name: 'a', count: 1 } << { name: 'b', count: 2 }
report = Report.new(Report.registry)
puts report.build
report.log
puts Report.flags(4) <=> 15
puts [1, 2, 3].each_slice(2).with_object([]) { |pair, all| all<<pair }.inspect
