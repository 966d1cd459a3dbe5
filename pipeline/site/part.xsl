<?xml version="1.0" encoding="UTF-8"?>
<!-- The page of a published part. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:template match="/site">
    <html lang="en">
      <head>
        <xsl:call-template name="head">
          <xsl:with-param name="title"><xsl:value-of select="talk/heading"/> – <xsl:value-of select="event/title"/></xsl:with-param>
          <xsl:with-param name="description" select="talk/paragraphs/item[1]"/>
        </xsl:call-template>
        <meta property="og:type" content="video.other"/>
        <xsl:apply-templates select="links"/>
        <xsl:if test="json_ld"><script type="application/ld+json"><xsl:value-of select="json_ld"/></script></xsl:if>
        <script defer="defer" src="player.js"></script>
      </head>
      <body class="part">
        <a class="skip" href="#video">Skip to the video</a>
        <header>
          <nav aria-label="Overview">
            <a href="index.html#talk-{talk/number}"><bdi><xsl:value-of select="event/title"/></bdi></a>
            <xsl:if test="talk/section"><span class="section"><bdi><xsl:value-of select="talk/section"/></bdi></span></xsl:if>
          </nav>
        </header>
        <main>
          <xsl:apply-templates select="part" mode="player"/>
          <div class="columns">
            <div class="about">
              <h1>
                <span class="number"><xsl:value-of select="talk/number"/></span>
                <xsl:text> </xsl:text>
                <xsl:for-each select="talk"><bdi><xsl:call-template name="lang"/><xsl:value-of select="title"/></bdi></xsl:for-each>
                <xsl:if test="part/of"><xsl:text> </xsl:text><span class="of">part <xsl:value-of select="part/part"/> of <xsl:value-of select="part/of"/></span></xsl:if>
              </h1>
              <p class="by">
                <xsl:for-each select="talk/speakers/item">
                  <xsl:if test="position() > 1"><xsl:text>, </xsl:text></xsl:if>
                  <bdi><xsl:value-of select="."/></bdi>
                </xsl:for-each>
                <xsl:if test="part/length">
                  <xsl:if test="talk/speakers/item"><xsl:text> · </xsl:text></xsl:if>
                  <span class="length"><xsl:value-of select="part/length"/></span>
                </xsl:if>
              </p>
              <p class="actions">
                <xsl:for-each select="talk/others/item">
                  <a class="button" href="{page}">Part <xsl:value-of select="part"/><xsl:text> </xsl:text><span class="length"><xsl:value-of select="length"/></span></a>
                </xsl:for-each>
                <xsl:for-each select="talk/absent/item">
                  <span class="absent">Part <xsl:value-of select="part"/>: <xsl:choose>
                    <xsl:when test="because != ''">no video: <bdi><xsl:value-of select="because"/></bdi></xsl:when>
                    <xsl:otherwise>not published yet</xsl:otherwise>
                  </xsl:choose></span>
                </xsl:for-each>
                <button id="copy" type="button" hidden="hidden">Copy link to this time</button>
                <span id="copied" role="status"></span>
              </p>
              <xsl:if test="part/being_made_anew">
                <p class="note">This video is being made again. Until the new one is there, this page has the one of before.</p>
              </xsl:if>
              <xsl:for-each select="talk/paragraphs/item">
                <p class="summary" dir="auto"><xsl:for-each select="../.."><xsl:call-template name="lang"/></xsl:for-each><xsl:value-of select="."/></p>
              </xsl:for-each>
            </div>
            <xsl:apply-templates select="part/chapters"/>
          </div>
          <xsl:apply-templates select="transcripts/item"/>
          <xsl:apply-templates select="part" mode="files"/>
          <xsl:apply-templates select="part" mode="measured"/>
        </main>
        <nav class="neighbours" aria-label="Other talks">
          <xsl:for-each select="previous"><a rel="prev" href="{page}"><small>Previous talk</small><xsl:text> </xsl:text><bdi><xsl:call-template name="lang"/><xsl:value-of select="title"/></bdi></a></xsl:for-each>
          <xsl:for-each select="next"><a rel="next" href="{page}"><small>Next talk</small><xsl:text> </xsl:text><bdi><xsl:call-template name="lang"/><xsl:value-of select="title"/></bdi></a></xsl:for-each>
        </nav>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <!-- Absolute links, which exist only where site.base_url is set. -->
  <xsl:template match="links">
    <link rel="canonical" href="{page}"/>
    <meta property="og:url" content="{page}"/>
    <xsl:if test="poster">
      <meta property="og:image" content="{poster}"/>
      <meta name="twitter:card" content="summary_large_image"/>
    </xsl:if>
    <xsl:if test="video">
      <meta property="og:video" content="{video}"/>
      <meta property="og:video:type" content="{type}"/>
      <xsl:if test="width">
        <meta property="og:video:width" content="{width}"/>
        <meta property="og:video:height" content="{height}"/>
      </xsl:if>
    </xsl:if>
  </xsl:template>

  <!-- Captions are not on by default: browsers refuse to load them from a disk, and would say so. -->
  <xsl:template match="part" mode="player">
    <xsl:choose>
      <xsl:when test="sources/item">
        <video id="video" controls="controls" preload="metadata" tabindex="0">
          <xsl:if test="sound"><xsl:attribute name="class">sound</xsl:attribute></xsl:if>
          <xsl:if test="poster"><xsl:attribute name="poster"><xsl:value-of select="poster"/></xsl:attribute></xsl:if>
          <xsl:for-each select="sources/item">
            <source src="{file}"><xsl:if test="mime"><xsl:attribute name="type"><xsl:value-of select="mime"/></xsl:attribute></xsl:if></source>
          </xsl:for-each>
          <xsl:for-each select="captions/item">
            <track kind="captions" src="{file}" label="{label}">
              <xsl:attribute name="srclang"><xsl:value-of select="language"/><xsl:if test="not(language)">und</xsl:if></xsl:attribute>
            </track>
          </xsl:for-each>
          <xsl:if test="chapters_track"><track kind="chapters" src="{chapters_track}" label="Chapters" srclang="en"/></xsl:if>
          <p>This browser cannot play the video. <a href="#files">Its files</a> are listed below.</p>
        </video>
        <xsl:if test="storyboard or chapters">
          <div id="timeline" hidden="hidden">
            <xsl:for-each select="storyboard">
              <xsl:attribute name="data-pictures"><xsl:value-of select="pictures"/></xsl:attribute>
              <xsl:attribute name="data-interval"><xsl:value-of select="interval_ms"/></xsl:attribute>
              <xsl:attribute name="data-count"><xsl:value-of select="count"/></xsl:attribute>
              <xsl:attribute name="data-columns"><xsl:value-of select="columns"/></xsl:attribute>
              <xsl:attribute name="data-rows"><xsl:value-of select="rows"/></xsl:attribute>
              <xsl:attribute name="data-width"><xsl:value-of select="width"/></xsl:attribute>
              <xsl:attribute name="data-height"><xsl:value-of select="height"/></xsl:attribute>
            </xsl:for-each>
          </div>
        </xsl:if>
      </xsl:when>
      <xsl:otherwise><p id="video" tabindex="-1">The files are listed below.</p></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Without JavaScript, a link leads to that time of the file itself. -->
  <xsl:template match="chapters">
    <section class="chapters" aria-labelledby="chapters">
      <h2 id="chapters">Chapters</h2>
      <ol>
        <xsl:for-each select="item">
          <li><a href="{../../plain}#t={t}" data-t="{t}"><span class="clock"><xsl:value-of select="clock"/></span><xsl:text> </xsl:text><bdi><xsl:value-of select="title"/></bdi></a></li>
        </xsl:for-each>
      </ol>
    </section>
  </xsl:template>

  <!-- The lines of a paragraph are a piece that talkpress has made:
       <span data-t="SECONDS" data-end="SECONDS">TEXT</span> for each. -->
  <xsl:template match="transcripts/item">
    <details class="transcript" data-label="{label}">
      <xsl:if test="lang"><xsl:attribute name="data-lang"><xsl:value-of select="lang"/></xsl:attribute></xsl:if>
      <summary><h2>Transcript<xsl:if test="lang and count(../item) > 1"> (<xsl:value-of select="lang"/>)</xsl:if></h2></summary>
      <div dir="auto">
        <xsl:call-template name="lang"/>
        <xsl:for-each select="paragraphs/item">
          <p><a class="clock" href="{/site/part/plain}#t={t}" data-t="{t}"><xsl:value-of select="clock"/></a><xsl:processing-instruction name="piece"><xsl:value-of select="lines"/></xsl:processing-instruction></p>
        </xsl:for-each>
      </div>
    </details>
  </xsl:template>

  <xsl:template match="part" mode="files">
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      <table>
        <thead><tr><th scope="col">File</th><th scope="col">Format</th><th scope="col" class="right">Size</th></tr></thead>
        <tbody>
          <xsl:for-each select="files/item | captions/item">
            <tr>
              <td><a href="{file}" download="download"><xsl:value-of select="file"/></a><small class="format"><xsl:value-of select="format"/></small>
                <details><summary>SHA-256<span class="hidden"> of <xsl:value-of select="file"/></span></summary><code><xsl:value-of select="sha256"/></code></details></td>
              <td><xsl:value-of select="format"/></td>
              <td class="right"><xsl:value-of select="size"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <xsl:template match="part" mode="measured">
    <section aria-labelledby="measured">
      <h2 id="measured">How it was measured</h2>
      <dl>
        <xsl:if test="length"><div><dt>Length</dt><dd><xsl:value-of select="length"/></dd></div></xsl:if>
        <xsl:if test="listed"><div><dt>Listed length</dt><dd><xsl:value-of select="listed"/></dd></div></xsl:if>
        <div><dt>Verdict</dt><dd><xsl:value-of select="verdict"/>
          <xsl:if test="accepted_because">, accepted: <bdi><xsl:value-of select="accepted_because"/></bdi></xsl:if></dd></div>
        <xsl:if test="loudness"><div><dt>Loudness</dt><dd><xsl:value-of select="loudness"/></dd></div></xsl:if>
      </dl>
    </section>
  </xsl:template>
</xsl:stylesheet>
