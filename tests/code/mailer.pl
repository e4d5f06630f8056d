#!/usr/bin/perl
use strict;
use warnings;

my %opt = (to => 'ops@example.org', from => 'cron@example.org', bits => 1 << 4);
my @queue;
my $count = 0;

sub template {
    my ($name, $total) = @_;
    return <<"END_OF_MAIL" . signature();
To: $opt{to}
From: $opt{from}
Subject: report of $name

Dear $name, there are $total entries.
END_OF_MAIL
}

sub signature {
    return <<'SIGNATURE';
--
$this is not interpolated, @nor_this
SIGNATURE
}

sub indented {
    return <<~EOT;
        Indented heredocs came with 5.26.
          $opt{to}
        EOT
}

while (my $line = <STDIN>) {
    chomp $line;
    next if $line =~ /^\s*#/;
    if ($line =~ m{^<([^<>]+)>\s*(?<name>\w+)?$}) {
        push @queue, $1;
    } elsif ($line =~ /(?<=\$)(\w+)(?<!x)/) {
        $count += 1<<length($1);
    } else {
        $count ^= ($count << 3) ^ ($count >> 2);
    }
}

open(my $fh, '>>', '/var/log/mailer.log') or die "cannot append: $!";
for my $name (sort { $a <=> $b || $a cmp $b } @queue) {
    print {$fh} template($name, $count);
    printf $fh "%s <%s>\n", $name, $opt{to};
}
close $fh;

my @lines = <<>>;
my $first = <<A . <<B;
text of A
A
text of B
B
print $first, scalar(@lines), "\n";

my $packed = 0;
$packed |= $_ << (8 * $_) for 0 .. 3;
$packed <<= 2;
$packed >>= 1;
print "$packed\n" if $packed<<1 > 2;
print STDERR <<`COMMANDS`;
uname -a
COMMANDS
__END__

=head1 NAME

mailer - C<< $obj->method >> in POD, and B<< <$class> >>
