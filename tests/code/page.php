<?php
declare(strict_types=1);

namespace Example\Page;

/** Renders pages with heredocs and nowdocs. */
final class Page
{
    private const FLAG_DRAFT = 1<<0;
    private const FLAG_HIDDEN = 1 << 1;

    /** @var array<string, array<int, array<string>>> */
    private array $blocks = [];

    public function __construct(private string $title, private int $flags = self::FLAG_DRAFT)
    {
    }

    public function header(): string
    {
        return <<<HTML
        <!DOCTYPE html>
        <html lang="en">
          <head><title>{$this->title}</title></head>
          <body class="{$this->classes()}">
        HTML;
    }

    public function script(): string
    {
        return <<<'JS'
        <script>
          const shifted = (1<<4) >> 2;
          if (a<b && c>d) { document.write('<b>' + `${shifted}` + '</b>'); }
        </script>
        JS;
    }

    public function query(int $id): string
    {
        $sql = <<<"SQL"
        SELECT * FROM pages WHERE id = $id AND flags & {$this->flags} <> 0
        SQL;
        return trim($sql);
    }

    private function classes(): string
    {
        $classes = [];
        foreach (['draft' => self::FLAG_DRAFT, 'hidden' => self::FLAG_HIDDEN] as $name => $flag) {
            if (($this->flags & $flag) !== 0) {
                $classes[] = $name;
            }
        }
        return implode(' ', $classes);
    }

    public function bits(int $n): int
    {
        $x = 1<<$n;
        $y = $x << $n >> 2;
        $x <<= 1;
        $y >>= 1;
        return $x <=> $y ?: ($x<<$n|$y);
    }
}

$page = new Page('Hello', 1<<0|1<<1);
echo $page->header(), $page->script(), $page->query(7), PHP_EOL;
?>
<p><?= $page->bits(3) ?></p>
<ul><?php foreach ([1, 2] as $i): ?><li><?= $i << 1 ?></li><?php endforeach ?></ul>
</body>
</html>
