<?xml version="1.0" encoding="UTF-8"?>
<!-- The page of a published part. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:template match="/site">
    <html>
      <xsl:attribute name="lang">en</xsl:attribute>
      <head>
        <xsl:call-template name="head">
          <xsl:with-param name="title"><xsl:value-of select="talk/title"/> – <xsl:value-of select="event/title"/></xsl:with-param>
          <xsl:with-param name="description" select="talk/paragraphs/item[1]"/>
        </xsl:call-template>
        <meta property="og:type" content="video.other"/>
        <meta property="og:title" content="{talk/title}"/>
        <script defer="defer" src="player.js"></script>
      </head>
      <body class="part">
        <a class="skip" href="#video">Skip to the video</a>
        <header>
          <p class="up"><a href="index.html#talk-{talk/number}"><xsl:value-of select="event/title"/></a>
            <xsl:if test="talk/section"> · <xsl:value-of select="talk/section"/></xsl:if>
          </p>
        </header>
        <main>
          <xsl:apply-templates select="part" mode="player"/>
          <h1>
            <span class="number"><xsl:value-of select="talk/number"/></span>
            <xsl:text> </xsl:text>
            <xsl:value-of select="talk/title"/>
            <xsl:if test="part/of"><span class="of"> part <xsl:value-of select="part/part"/> of <xsl:value-of select="part/of"/></span></xsl:if>
          </h1>
          <p class="by"><xsl:for-each select="talk"><xsl:call-template name="speakers"/></xsl:for-each></p>
          <xsl:for-each select="talk"><xsl:call-template name="paragraphs"/></xsl:for-each>
          <xsl:if test="talk/others/item">
            <ul class="parts">
              <xsl:for-each select="talk/others/item">
                <li><a href="{page}">Part <xsl:value-of select="part"/></a><xsl:text> </xsl:text><span class="length"><xsl:value-of select="length"/></span></li>
              </xsl:for-each>
            </ul>
          </xsl:if>
          <xsl:apply-templates select="part" mode="files"/>
          <xsl:apply-templates select="part" mode="measured"/>
        </main>
        <nav class="neighbours" aria-label="Other talks">
          <xsl:for-each select="previous"><a rel="prev" href="{page}"><small>Previous talk</small><xsl:text> </xsl:text><xsl:value-of select="title"/></a></xsl:for-each>
          <xsl:for-each select="next"><a rel="next" href="{page}"><small>Next talk</small><xsl:text> </xsl:text><xsl:value-of select="title"/></a></xsl:for-each>
        </nav>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="part" mode="player">
    <video id="video" controls="controls" preload="metadata" tabindex="0">
      <xsl:if test="poster"><xsl:attribute name="poster"><xsl:value-of select="poster"/></xsl:attribute></xsl:if>
      <xsl:for-each select="sources/item">
        <source src="{file}" type="{mime}"/>
      </xsl:for-each>
      <xsl:for-each select="captions/item">
        <track kind="captions" src="{file}" label="{label}">
          <xsl:if test="language"><xsl:attribute name="srclang"><xsl:value-of select="language"/></xsl:attribute></xsl:if>
          <xsl:if test="position() = 1"><xsl:attribute name="default">default</xsl:attribute></xsl:if>
        </track>
      </xsl:for-each>
      <p>This browser cannot play the video. The files are listed below.</p>
    </video>
  </xsl:template>

  <xsl:template match="part" mode="files">
    <section>
      <h2>Files</h2>
      <table>
        <thead><tr><th>File</th><th>Format</th><th class="right">Size</th></tr></thead>
        <tbody>
          <xsl:for-each select="files/item | captions/item">
            <tr>
              <td><a href="{file}" download="download"><xsl:value-of select="file"/></a>
                <details><summary>SHA-256</summary><code><xsl:value-of select="sha256"/></code></details></td>
              <td><xsl:value-of select="format"/></td>
              <td class="right"><xsl:value-of select="size"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <xsl:template match="part" mode="measured">
    <section>
      <h2>Checked</h2>
      <dl>
        <xsl:if test="length"><dt>Length</dt><dd><xsl:value-of select="length"/></dd></xsl:if>
        <xsl:if test="listed"><dt>Listed length</dt><dd><xsl:value-of select="listed"/></dd></xsl:if>
        <dt>Verdict</dt><dd><xsl:value-of select="verdict"/>
          <xsl:if test="accepted_because">, accepted: <xsl:value-of select="accepted_because"/></xsl:if></dd>
        <xsl:if test="loudness"><dt>Loudness</dt><dd><xsl:value-of select="loudness"/></dd></xsl:if>
      </dl>
    </section>
  </xsl:template>
</xsl:stylesheet>
